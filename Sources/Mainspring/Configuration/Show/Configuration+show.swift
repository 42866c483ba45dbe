extension Configuration {
    /// The effective configuration as YAML for `config show`: every default is there, no secret is.
    ///
    /// With origins each value has a comment that says where it came from. Headers, environment variables, what came
    /// from variables with a telling name, and credentials in URLs are shown as `***`.
    public func text(showingOrigins: Bool = false) -> String {
        var lines: [(text: String, origin: ValueOrigin?)] = []
        Self.write(effective, indent: 0, into: &lines)
        let width = min(60, lines.map(\.text.count).max() ?? 0)
        return lines.map { line in
            guard showingOrigins, let origin = line.origin else { return line.text + "\n" }
            let padding = String(repeating: " ", count: max(0, width - line.text.count))
            return "\(line.text)\(padding)  # \(origin.text(file: file))\n"
        }.joined()
    }

    /// The same values one by one: the key's path, the value as text, and where it came from.
    public func entries() -> [(key: String, value: String, origin: String)] {
        Self.entries(of: effective, path: "").map {
            ($0.path, ShownValue.text(of: $0.node), $0.node.origin.text(file: file))
        }
    }

    private static func entries(of node: ConfigNode, path: String) -> [(path: String, node: ConfigNode)] {
        (node.members ?? []).flatMap { member in
            let key = path.isEmpty ? member.name : "\(path).\(member.name)"
            if case .map = member.value.content { return entries(of: member.value, path: key) }
            return [(key, member.value)]
        }
    }

    private static func write(_ node: ConfigNode, indent: Int, into lines: inout [(text: String, origin: ValueOrigin?)])
    {
        let margin = String(repeating: "  ", count: indent)
        for member in node.members ?? [] {
            let name = ShownValue.quoted(member.name, isKey: true)
            switch member.value.content {
            case .map(let members) where !members.isEmpty:
                lines.append(("\(margin)\(name):", nil))
                write(member.value, indent: indent + 1, into: &lines)
            case .map where member.value.origin == .fallback: continue
            default: lines.append(("\(margin)\(name): \(ShownValue.text(of: member.value))", member.value.origin))
            }
        }
    }
}
