/// A value of the document with its place; after validation, of the effective configuration.
struct ConfigNode: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        var name: String
        var line: Int
        var value: ConfigNode
    }

    enum Content: Sendable, Equatable {
        /// `isPlain`: written without quotes, so that YAML may read it as a number, a truth value or nothing.
        case scalar(String, isPlain: Bool)
        case list([ConfigNode])
        case map([Member])
    }

    var content: Content
    var origin: ValueOrigin
    /// Never shown and never quoted.
    var isSecret = false
    /// Its braces are those of a template.
    var isTemplate = false

    static func text(_ text: String, origin: ValueOrigin) -> ConfigNode {
        ConfigNode(content: .scalar(text, isPlain: origin == .fallback), origin: origin)
    }

    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    var items: [ConfigNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    var members: [Member]? {
        if case .map(let members) = content { members } else { nil }
    }

    /// Nothing was written: YAML's null.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }

    /// What it is, for messages: `a list`.
    var noun: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .list: "a list"
        case .map: "a mapping"
        }
    }

    subscript(name: String) -> ConfigNode? {
        members?.first { $0.name == name }?.value
    }
}
