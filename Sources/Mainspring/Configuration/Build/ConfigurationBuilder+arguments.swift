import MainspringCore

extension ConfigurationBuilder {
    /// The declared arguments of a kind; nil for an argument whose declaration is wrong.
    mutating func argumentSchema(in section: SettingReader) -> (schema: ArgumentSchema, isValid: Bool) {
        var rules: [String: ArgumentRule] = [:]
        var isValid = true
        for (name, section) in section.entries("args") {
            guard let kind: ArgumentRule.Kind = section.choice("type") else { continue }
            var rule = ArgumentRule(
                kind, isOptional: section.flag("optional"), max: section.integer("max"),
                allowsDash: section.flag("dash"),
                allowsNewline: section.flag("newline"))
            for key in ["pattern", "newline"] where kind != .string && section.text(key) ?? "false" != "false" {
                problems.add(
                    "only means something for strings", at: section.origin(of: key), key: section.path(of: key))
            }
            if let source = section.text("pattern") {
                do {
                    rule.pattern = try ArgumentPattern(source)
                } catch {
                    problems.add(
                        "is not a regular expression", at: section.origin(of: "pattern"),
                        key: section.path(of: "pattern"))
                    isValid = false
                }
            }
            if let items = section.node["enum"]?.items {
                rule.choices = items.enumerated().compactMap { index, item in
                    let key = "\(section.path(of: "enum"))[\(index)]"
                    return value(of: item, kind: kind, rule: ArgumentRule(kind, allowsDash: true), name: name, key: key)
                }
                isValid = isValid && rule.choices?.count == items.count
            }
            rules[name] = rule
        }
        return (ArgumentSchema(rules), isValid)
    }

    /// The arguments of a schedule, each checked where it stands.
    mutating func arguments(in section: SettingReader, schema: ArgumentSchema) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        let given = section.entries("args")
        for (name, reader) in given {
            guard let rule = schema.arguments[name] else {
                unknown("argument", name, among: schema.arguments.keys, at: reader.node.origin, key: reader.path)
                continue
            }
            values[name] = value(of: reader.node, kind: rule.kind, rule: rule, name: name, key: reader.path)
        }
        let missing = schema.arguments.filter { name, rule in !rule.isOptional && !given.contains { $0.name == name } }
        for name in missing.keys.sorted() {
            problems.add("'\(name)' is missing", at: section.origin(of: "args"), key: section.path(of: "args"))
        }
        return values
    }

    private mutating func value(
        of node: ConfigNode, kind: ArgumentRule.Kind, rule: ArgumentRule, name: String, key: String
    ) -> JSONValue? {
        let value = JSONValue(node, as: kind)
        let problems = ArgumentSchema([name: rule]).problems(in: [name: value])
        for problem in problems { self.problems.add(problem, at: node.origin, key: key) }
        return problems.isEmpty ? value : nil
    }
}

extension JSONValue {
    /// A value of the file as an argument: the declared type decides, so that `NO` or `1.10` can be a string without
    /// quotes.
    init(_ node: ConfigNode, as kind: ArgumentRule.Kind) {
        if kind == .string, let text = node.text, !node.isNull {
            self = .string(text)
            return
        }
        switch node.content {
        case .scalar(let text, let isPlain):
            // A number from the environment stands in no quotes of its own.
            let isInterpolated =
                if case .file(_, let variables) = node.origin { !variables.isEmpty && kind != .json } else { false }
            self = isPlain || isInterpolated ? Self.plain(text, isNull: node.isNull) : .string(text)
        case .list(let items): self = .array(items.map { JSONValue($0, as: .json) })
        case .map(let members):
            self = .object(
                Dictionary(members.map { ($0.name, JSONValue($0.value, as: .json)) }, uniquingKeysWith: { $1 }))
        }
    }

    /// YAML 1.2's core schema, as far as JSON has a word for it.
    private static func plain(_ text: String, isNull: Bool) -> JSONValue {
        if isNull { return .null }
        if ["true", "True", "TRUE"].contains(text) { return .bool(true) }
        if ["false", "False", "FALSE"].contains(text) { return .bool(false) }
        switch try? JSONParser.parse(text) {
        case .integer(let value): return .integer(value)
        case .number(let text): return .number(text)
        default: return .string(text)
        }
    }
}
