import MainspringCore

/// Gathers problems while a configuration is read.
struct ProblemList {
    private var entries: [(problem: ConfigurationProblem, code: MainspringError.Code)] = []
    private var hasMore = false
    let file: String
    static let limit = 200

    init(file: String) {
        self.file = file
    }

    /// Beyond the limit only the fact that there are more is kept. The same problem twice counts once.
    mutating func add(
        _ message: String, at origin: ValueOrigin, key: String, hint: String? = nil,
        code: MainspringError.Code = .configuration
    ) {
        let problem = ConfigurationProblem(
            source: origin.source(file: file), line: origin.line, key: key, message: message, hint: hint)
        guard !entries.contains(where: { $0.problem == problem }) else { return }
        guard !isFull else {
            hasMore = true
            return
        }
        entries.append((problem, code))
    }

    var count: Int { entries.count }

    var isFull: Bool { entries.count >= Self.limit }

    /// For when reading cannot go on, which always has its reason in the list.
    var thrown: ConfigurationErrors {
        errors
            ?? ConfigurationErrors(
                code: .configuration,
                problems: [ConfigurationProblem(source: file, line: nil, key: "", message: "cannot be read")])
    }

    var errors: ConfigurationErrors? {
        guard !entries.isEmpty else { return nil }
        var sorted = entries.map(\.problem).enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
        if hasMore {
            sorted.append(
                ConfigurationProblem(source: file, line: nil, key: "", message: "more than \(Self.limit) problems"))
        }
        let isOpenBind = entries.allSatisfy { $0.code == .openBind }
        return ConfigurationErrors(code: isOpenBind ? .openBind : .configuration, problems: sorted)
    }
}
