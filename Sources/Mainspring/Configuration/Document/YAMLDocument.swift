import Yams

/// Turns the text of a configuration into nodes with their lines, within bounds.
struct YAMLDocument {
    static let maxBytes = 1 << 20
    static let maxDepth = 32
    /// Values after aliases are expanded.
    static let maxNodes = 100_000

    private var problems: ProblemList
    private var count = 0

    /// Nil, with problems, for what is no YAML or goes beyond the bounds; an empty document is an empty mapping.
    static func read(_ text: String, problems: inout ProblemList) -> ConfigNode? {
        var document = YAMLDocument(problems: problems)
        defer { problems = document.problems }
        return document.read(text)
    }

    private init(problems: ProblemList) {
        self.problems = problems
    }

    private mutating func read(_ text: String) -> ConfigNode? {
        guard text.utf8.count <= Self.maxBytes else {
            fail("larger than 1 MiB", line: nil)
            return nil
        }
        guard AliasBudget.allows(text) else {
            fail("too many aliases of anchors within one another", line: nil)
            return nil
        }
        do {
            guard let root = try DuplicateKeys.compose(text) else {
                return ConfigNode(content: .map([]), origin: .file(line: 1))
            }
            let node = node(root, path: "", depth: 0)
            guard let node, !node.isNull else { return node.map { ConfigNode(content: .map([]), origin: $0.origin) } }
            return node
        } catch {
            report(error)
            return nil
        }
    }

    private mutating func node(_ node: Yams.Node, path: String, depth: Int) -> ConfigNode? {
        count += 1
        let line = node.mark?.line ?? 1
        guard depth <= Self.maxDepth, count <= Self.maxNodes else {
            let limit =
                depth > Self.maxDepth ? "more than \(Self.maxDepth) levels deep" : "more than \(Self.maxNodes) values"
            if count <= Self.maxNodes + 1 { fail(limit, line: line, key: path) }
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            return ConfigNode(content: .scalar(scalar.string, isPlain: isPlain), origin: .file(line: line))
        case .sequence(let sequence):
            var items: [ConfigNode] = []
            for (index, item) in sequence.enumerated() {
                guard let item = self.node(item, path: "\(path)[\(index)]", depth: depth + 1) else { return nil }
                items.append(item)
            }
            return ConfigNode(content: .list(items), origin: .file(line: line))
        case .mapping(let mapping):
            guard let members = members(of: mapping, path: path, depth: depth) else { return nil }
            return ConfigNode(content: .map(members), origin: .file(line: line))
        case .alias:
            fail("an alias without its anchor", line: line, key: path)
            return nil
        }
    }

    private mutating func members(of mapping: Yams.Node.Mapping, path: String, depth: Int) -> [ConfigNode.Member]? {
        var members: [ConfigNode.Member] = []
        for (key, value) in mapping {
            let line = key.mark?.line ?? 1
            guard case .scalar(let scalar) = key else {
                fail("a key must be a single word", line: line, key: path)
                continue
            }
            let name = DuplicateKeys.name(of: scalar.string)
            let inner = path.isEmpty ? name : "\(path).\(name)"
            guard var value = node(value, path: inner, depth: depth + 1) else { return nil }
            // A block starts below its key, and an alias elsewhere.
            if value.text == nil { value.origin = .file(line: line) }
            members.append(ConfigNode.Member(name: name, line: line, value: value))
        }
        members.sort { $0.line < $1.line }
        var first: [String: Int] = [:]
        return members.filter { member in
            guard let line = first.updateValue(member.line, forKey: member.name) else { return true }
            let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
            fail("the key is there twice, first on line \(line)", line: member.line, key: inner)
            return false
        }
    }

    private mutating func report(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            fail("not valid YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let names, let context):
            fail("keys are there twice: \(names.joined(separator: ", "))", line: context.mark.line)
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { 1 + yaml.prefix($0).count(where: \.isNewline) }
            fail("not valid YAML: \(problem)", line: line)
        default:
            fail("not valid YAML", line: nil)
        }
    }

    private mutating func fail(_ message: String, line: Int?, key: String = "") {
        problems.add(message, at: line.map { .file(line: $0) } ?? .fallback, key: key)
    }
}
