/// One key of the configuration, declared once: validation, hints, environment overrides, `config show`, the reference
/// and the JSON Schema all read this.
struct SchemaKey: Sendable {
    static let fileSuffix = "_file"

    enum Availability: Sendable { case now, later }

    enum Fallback: Sendable {
        /// Nothing; a table or a map is there all the same, with the defaults of its keys.
        case none
        /// Nothing at all, for tables that mean something by being there.
        case absent
        /// As a person would write it.
        case text(String)
        case emptyList
        /// Worked out when the configuration is read; the words are for the reference.
        case computed(String)
    }

    var name: String
    var type: SchemaType
    var fallback: Fallback
    /// One sentence.
    var meaning: String
    var availability: Availability = .now
    var isRequired = false
    /// Only means something beside this key.
    var beside: String?
    /// Means nothing beside this key.
    var rival: String?
    /// `NAME_file: PATH` reads the value of `NAME` from a file, as a secret.
    var mayBeInFile = false
    /// Never shown, wherever it comes from.
    var isSecret = false

    static func key(_ name: String, _ type: SchemaType, default text: String, _ meaning: String) -> SchemaKey {
        SchemaKey(name: name, type: type, fallback: .text(text), meaning: meaning)
    }

    static func key(_ name: String, _ type: SchemaType, fallback: Fallback = .none, _ meaning: String) -> SchemaKey {
        SchemaKey(name: name, type: type, fallback: fallback, meaning: meaning)
    }

    static func required(_ name: String, _ type: SchemaType, _ meaning: String) -> SchemaKey {
        SchemaKey(name: name, type: type, fallback: .none, meaning: meaning, isRequired: true)
    }

    func onlyBeside(_ name: String) -> SchemaKey {
        var key = self
        key.beside = name
        return key
    }

    func notBeside(_ name: String) -> SchemaKey {
        var key = self
        key.rival = name
        return key
    }

    func orInFile() -> SchemaKey {
        var key = self
        key.mayBeInFile = true
        return key
    }

    func secret() -> SchemaKey {
        var key = orInFile()
        key.isSecret = true
        return key
    }

    /// A key of a later version: refused by name rather than ignored.
    static func later(_ names: String...) -> [SchemaKey] {
        names.map { SchemaKey(name: $0, type: .json, fallback: .none, meaning: "", availability: .later) }
    }
}

/// A mapping with fixed keys.
struct SchemaTable: Sendable {
    var keys: [SchemaKey]
    /// Exactly one of these is given; none when empty.
    var exactlyOne: [String] = []
    /// At most one of these is given.
    var atMostOne: [String] = []

    var available: [SchemaKey] { keys.filter { $0.availability == .now } }

    subscript(name: String) -> SchemaKey? { keys.first { $0.name == name } }

    /// The key whose value a member called so names a file of.
    func inFile(_ name: String) -> SchemaKey? {
        keys.first { $0.mayBeInFile && $0.name + SchemaKey.fileSuffix == name }
    }
}
