import MainspringCore

/// Holds a document against the schema: refuses what is not declared, and fills in defaults.
struct SchemaValidator {
    private(set) var problems: ProblemList
    private let environment: [String: String]
    private let directory: String
    private let computed: [String: String]
    private static let secretLimit = 64 << 10
    private static let maxEntries = 10_000

    /// `computed` holds the defaults that are worked out, by path.
    init(problems: ProblemList, environment: [String: String], directory: String, computed: [String: String]) {
        self.problems = problems
        self.environment = environment
        self.directory = directory
        self.computed = computed
    }

    /// The effective value: what is refused counts as not given, so that the rest is checked too.
    mutating func table(_ node: ConfigNode?, as table: SchemaTable, path: String, at origin: ValueOrigin) -> ConfigNode
    {
        let origin = node?.origin ?? origin
        var given: [String: ConfigNode.Member] = [:]
        if let node, !node.isNull {
            if let members = node.members {
                for member in members where isDeclared(member, in: table, path: path) { given[member.name] = member }
            } else {
                problems.add("must be a mapping, but is \(node.noun)", at: origin, key: path)
            }
        }
        // A key of a later version may stand for what is missing: `cron` for `every`.
        let secrets = secrets(of: table, in: &given, path: path)
        let isWhole = node?.members?.contains { table[$0.name]?.availability == .later } != true
        checkChoices(of: table, given: given, isWhole: isWhole, path: path, at: origin)
        let members = table.available.compactMap { key -> ConfigNode.Member? in
            let inner = Self.join(path, key.name)
            if let beside = key.beside, given[beside] == nil {
                if let member = given[key.name] {
                    problems.add("only means something beside '\(beside)'", at: .file(line: member.line), key: inner)
                }
                return nil
            }
            if let rival = key.rival, given[rival] != nil {
                if let member = given[key.name] {
                    problems.add(
                        "means nothing beside '\(rival)'", at: .file(line: member.line), key: inner,
                        hint: "keep one of them")
                }
                return nil
            }
            let value =
                secrets[key.name]
                ?? self.value(given[key.name]?.value, of: key, isWhole: isWhole, path: inner, at: origin)
            return value.map { ConfigNode.Member(name: key.name, line: given[key.name]?.line ?? 0, value: $0) }
        }
        return ConfigNode(content: .map(members), origin: origin)
    }

    private mutating func isDeclared(_ member: ConfigNode.Member, in table: SchemaTable, path: String) -> Bool {
        let inner = Self.join(path, member.name)
        let origin: ValueOrigin =
            if case .file = member.value.origin { .file(line: member.line) } else { member.value.origin }
        guard let key = table[member.name] ?? table.inFile(member.name) else {
            let names = table.available.flatMap {
                $0.mayBeInFile ? [$0.name, $0.name + SchemaKey.fileSuffix] : [$0.name]
            }
            let hint = NearestName.of(member.name, among: names).map { "did you mean '\($0)'?" }
            problems.add(
                "unknown key", at: origin, key: inner, hint: hint ?? "known here: \(names.joined(separator: ", "))")
            return false
        }
        if key.availability == .later {
            problems.add("not in this version", at: origin, key: inner, hint: "leave it out")
            return false
        }
        return true
    }

    private mutating func checkChoices(
        of table: SchemaTable, given: [String: ConfigNode.Member], isWhole: Bool, path: String, at origin: ValueOrigin
    ) {
        for names in [table.exactlyOne, table.atMostOne] where !names.isEmpty {
            let found = names.filter { given[$0] != nil }
            let list = names.map { "'\($0)'" }.joined(separator: " or ")
            if found.count > 1 {
                problems.add("only one of \(list) can be given", at: origin, key: path)
            } else if found.isEmpty, isWhole, names == table.exactlyOne {
                problems.add("\(list) is missing", at: origin, key: path)
            }
        }
    }

    private mutating func value(
        _ node: ConfigNode?, of key: SchemaKey, isWhole: Bool, path: String, at origin: ValueOrigin
    ) -> ConfigNode? {
        if let node, var value = value(node, as: key.type, path: path) {
            value.isSecret = value.isSecret || key.isSecret
            return value
        }
        switch key.fallback {
        case .text(let text): return .text(text, origin: .fallback)
        case .emptyList: return ConfigNode(content: .list([]), origin: .fallback)
        case .computed: return computed[path].map { .text($0, origin: .fallback) }
        case .absent: return nil
        case .none:
            switch key.type {
            case .table(let table),
                .shorthand(_, let table) where node == nil:
                return self.table(nil, as: table, path: path, at: origin)
            case .map where node == nil: return ConfigNode(content: .map([]), origin: .fallback)
            default:
                if key.isRequired, isWhole, node == nil {
                    problems.add(
                        "'\(key.name)' is missing", at: origin, key: Self.parent(of: path),
                        hint: "\(key.type.noun) belongs here")
                }
                return nil
            }
        }
    }

    /// Nil when it is refused.
    private mutating func value(_ node: ConfigNode, as type: SchemaType, path: String) -> ConfigNode? {
        switch type {
        case .table(let table): return self.table(node, as: table, path: path, at: node.origin)
        case .shorthand(let key, let table):
            guard node.text != nil, !node.isNull else {
                return self.table(node, as: table, path: path, at: node.origin)
            }
            let member = ConfigNode.Member(name: key, line: node.origin.line ?? 0, value: node)
            return self.table(
                ConfigNode(content: .map([member]), origin: node.origin), as: table, path: path, at: node.origin)
        case .map(let keys, let type, let noun, let isSecret):
            return map(node, keys: keys, as: type, noun: noun, isSecret: isSecret, path: path)
        case .list(let item, let max, let isEmptyAllowed):
            return list(node, of: item, max: max, isEmptyAllowed: isEmptyAllowed, path: path)
        case .json: return json(node, path: path)
        default: return scalar(node, as: type, path: path)
        }
    }

    private mutating func map(
        _ node: ConfigNode, keys: TextFormat, as type: SchemaType, noun: String, isSecret: Bool, path: String
    ) -> ConfigNode? {
        guard !node.isNull else { return ConfigNode(content: .map([]), origin: node.origin) }
        guard let members = node.members else {
            problems.add("must be a mapping of \(noun), but is \(node.noun)", at: node.origin, key: path)
            return nil
        }
        guard members.count <= Self.maxEntries else {
            problems.add("holds more than \(Self.maxEntries) entries", at: node.origin, key: path)
            return nil
        }
        var values: [ConfigNode.Member] = []
        for var member in members {
            let inner = Self.join(path, member.name)
            if let problem = keys.problem(with: member.name) {
                problems.add("the name \(problem)", at: .file(line: member.line), key: inner)
                continue
            }
            if isSecret, member.name.hasSuffix("_file"), member.name.utf8.count > 5 {
                guard let secret = secret(member.value, path: inner) else { continue }
                member.name.removeLast(5)
                guard !members.contains(where: { $0.name == member.name }) else {
                    problems.add(
                        "'\(member.name)' is given too", at: .file(line: member.line), key: inner,
                        hint: "keep one of them")
                    continue
                }
                member.value = secret
            } else {
                guard var value = value(member.value, as: type, path: inner) else { continue }
                value.isSecret = value.isSecret || isSecret
                member.value = value
            }
            values.append(member)
        }
        return ConfigNode(content: .map(values), origin: node.origin)
    }

    /// What members such as `url_file` read, by the key that it is for; the environment and flags win over them.
    private mutating func secrets(
        of table: SchemaTable, in given: inout [String: ConfigNode.Member], path: String
    ) -> [String: ConfigNode] {
        var secrets: [String: ConfigNode] = [:]
        for key in table.available where key.mayBeInFile {
            guard let member = given.removeValue(forKey: key.name + SchemaKey.fileSuffix) else { continue }
            let inner = Self.join(path, member.name)
            if let rival = given[key.name] {
                guard case .file = rival.value.origin else { continue }
                problems.add(
                    "'\(key.name)' is given too", at: .file(line: member.line), key: inner, hint: "keep one of them")
                continue
            }
            guard let secret = secret(member.value, path: inner), let text = secret.text else { continue }
            if let problem = key.type.problem(with: text) {
                problems.add(
                    "the file's value \(problem.message)", at: member.value.origin, key: inner, hint: problem.hint)
                continue
            }
            secrets[key.name] = secret
        }
        return secrets
    }

    /// The content of the file that the node names, without the newline at its end.
    private mutating func secret(_ node: ConfigNode, path: String) -> ConfigNode? {
        guard let name = scalar(node, as: .text(.path), path: path)?.text else { return nil }
        do {
            var text = try SmallFile.readText(FilePath.absolute(name, in: directory), limit: Self.secretLimit)
            if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
            if let problem = SchemaType.text(.any).problem(with: text) {
                problems.add("the file \(problem.message)", at: node.origin, key: path)
                return nil
            }
            return ConfigNode(content: .scalar(text, isPlain: false), origin: node.origin, isSecret: true)
        } catch {
            problems.add("the file cannot be read: \(error.reason)", at: node.origin, key: path)
            return nil
        }
    }

    private mutating func list(
        _ node: ConfigNode, of type: SchemaType, max: Int, isEmptyAllowed: Bool, path: String
    ) -> ConfigNode? {
        guard let items = node.items else {
            let hint = node.text != nil && !node.isNull ? "a list is written [a, b]" : nil
            problems.add("must be a list, but is \(node.noun)", at: node.origin, key: path, hint: hint)
            return nil
        }
        guard isEmptyAllowed || !items.isEmpty, items.count <= max else {
            problems.add(
                items.isEmpty ? "must not be empty" : "holds more than \(max) items", at: node.origin, key: path)
            return nil
        }
        let values = items.enumerated().map { value($0.element, as: type, path: "\(path)[\($0.offset)]") }
        guard !values.contains(where: { $0 == nil }) else { return nil }
        return ConfigNode(content: .list(values.compactMap { $0 }), origin: node.origin)
    }

    private mutating func json(_ node: ConfigNode, path: String) -> ConfigNode? {
        switch node.content {
        case .scalar: return node.isNull ? node : expanded(node, escapesBraces: false, path: path)
        case .list(let items):
            let values = items.enumerated().compactMap { json($0.element, path: "\(path)[\($0.offset)]") }
            return values.count == items.count ? ConfigNode(content: .list(values), origin: node.origin) : nil
        case .map(let members):
            let values = members.compactMap { member -> ConfigNode.Member? in
                json(member.value, path: Self.join(path, member.name)).map {
                    .init(name: member.name, line: member.line, value: $0)
                }
            }
            return values.count == members.count ? ConfigNode(content: .map(values), origin: node.origin) : nil
        }
    }

    private mutating func scalar(_ node: ConfigNode, as type: SchemaType, path: String) -> ConfigNode? {
        guard node.text != nil, !node.isNull else {
            problems.add("is \(node.noun), but must be \(type.noun)", at: node.origin, key: path)
            return nil
        }
        let isTemplate = if case .template = type { true } else { false }
        guard var value = expanded(node, escapesBraces: isTemplate, path: path), let text = value.text else {
            return nil
        }
        if let problem = type.problem(with: text) {
            problems.add(problem.message, at: node.origin, key: path, hint: problem.hint)
            return nil
        }
        value.isTemplate = isTemplate
        return value
    }

    private mutating func expanded(_ node: ConfigNode, escapesBraces: Bool, path: String) -> ConfigNode? {
        guard let text = node.text, case .file(let line, _) = node.origin, text.contains("$") else { return node }
        do {
            let result = try Interpolation.expand(text, environment: environment, escapesBraces: escapesBraces)
            var value = node
            // What came from the environment is never read as YAML, but a plain `${N}` may stand for a number.
            value.content = .scalar(result.text, isPlain: false)
            value.origin = .file(line: line, variables: result.variables)
            value.isSecret = result.variables.contains(where: SecretNames.sound)
            return value
        } catch {
            problems.add(error.message, at: node.origin, key: path, hint: error.hint)
            return nil
        }
    }

    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
    }
}
