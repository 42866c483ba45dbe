import MainspringCore

/// A value on one line, safe to show.
enum ShownValue {
    static let redacted = "***"

    static func text(of node: ConfigNode) -> String {
        if node.isSecret { return redacted }
        if node.isTemplate, let text = node.text, text.contains("${{") {
            return JSONValue.string(template(text)).compactText
        }
        switch node.content {
        case .scalar(let text, let isPlain):
            return isPlain && !text.isEmpty ? withoutCredentials(text) : quoted(withoutCredentials(text))
        case .list(let items): return "[" + items.map { inFlow($0) }.joined(separator: ", ") + "]"
        case .map(let members):
            return "{" + members.map { "\(quoted($0.name, isKey: true)): \(inFlow($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }

    /// Within brackets a comma would end a plain text.
    private static func inFlow(_ node: ConfigNode) -> String {
        if case .scalar(let text, isPlain: true) = node.content, !node.isSecret {
            return text.contains(where: { ",[]{}".contains($0) })
                ? quoted(withoutCredentials(text)) : withoutCredentials(text)
        }
        return text(of: node)
    }

    /// Words stand as they are; everything that YAML might read as something else stands in quotes, its `${` escaped.
    static func quoted(_ text: String, isKey: Bool = false) -> String {
        let isWord =
            text.first.map { $0.isASCII && ($0.isLetter || !isKey && $0.isNumber || "./_".contains($0)) } ?? false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._/-+".contains($0)) }
        let isNumber = text.first?.isNumber == true && text.allSatisfy { $0.isNumber || ".eE+-_xob".contains($0) }
        let isOther = isNumber || ["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
        if isWord, !isOther || isKey { return text }
        return JSONValue.string(isKey ? text : text.replacing("${", with: "$${")).compactText
    }

    /// A template as the file would have it: `${{NAME}}` came from `$${NAME}`.
    private static func template(_ text: String) -> String {
        var shown = ""
        var rest = Substring(withoutCredentials(text))
        while let start = rest.firstRange(of: "${{") {
            let end = rest[start.upperBound...].firstRange(of: "}}") ?? rest.endIndex..<rest.endIndex
            shown +=
                rest[..<start.lowerBound] + "$${" + rest[start.upperBound..<end.lowerBound].replacing("{{", with: "{")
            if !end.isEmpty { shown += "}" }
            rest = rest[end.upperBound...]
        }
        return shown + rest
    }

    /// `scheme://user:password@host` without the password, and queries without the values of telling names.
    static func withoutCredentials(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        var end = text[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        // A password that is not percent-encoded may hold any of these, and an address of Redis no other `@`.
        if text.hasPrefix("redis"), let at = text.lastIndex(of: "@"), at > end { end = text.index(after: at) }
        var authority = String(text[scheme.upperBound..<end])
        if let at = authority.lastIndex(of: "@") {
            let user = authority[..<at].prefix { $0 != ":" }
            authority = "\(user):\(redacted)\(authority[at...])"
        }
        let rest = text[end...].split(separator: "&", omittingEmptySubsequences: false).map { part -> String in
            guard let equals = part.firstIndex(of: "=") else { return String(part) }
            let name = part[..<equals].split(whereSeparator: { "/?".contains($0) }).last ?? ""
            return SecretNames.sound(String(name)) ? "\(part[...equals])\(redacted)" : String(part)
        }
        return text[..<scheme.upperBound] + authority + rest.joined(separator: "&")
    }
}
