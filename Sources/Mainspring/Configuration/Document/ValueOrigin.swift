/// Where a value came from.
enum ValueOrigin: Sendable, Equatable {
    /// `variables` are the environment variables that were put into it.
    case file(line: Int, variables: [String] = [])
    case environment(String)
    case flag(String)
    case fallback

    var line: Int? {
        if case .file(let line, _) = self { line } else { nil }
    }

    func source(file: String) -> String {
        switch self {
        case .file, .fallback: file
        case .environment(let name), .flag(let name): name
        }
    }

    /// For `config show --origin`.
    func text(file: String) -> String {
        switch self {
        case .file(let line, let variables):
            "\(file):\(line)" + (variables.isEmpty ? "" : " with " + variables.joined(separator: ", "))
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag \(name)"
        case .fallback: "default"
        }
    }
}
