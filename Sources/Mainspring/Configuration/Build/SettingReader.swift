import MainspringCore

/// Reads values that passed the schema: what was refused reads as nil, or as its default where it has one.
struct SettingReader {
    let node: ConfigNode
    let path: String

    func section(_ name: String) -> SettingReader? {
        node[name].map { SettingReader(node: $0, path: SchemaValidator.join(path, name)) }
    }

    /// Entries of a map, in the file's order.
    func entries(_ name: String) -> [(name: String, reader: SettingReader)] {
        guard let section = section(name), let members = section.node.members else { return [] }
        return members.map {
            ($0.name, SettingReader(node: $0.value, path: SchemaValidator.join(section.path, $0.name)))
        }
    }

    func text(_ name: String) -> String? { node[name]?.text }

    func texts(_ name: String) -> [String] { node[name]?.items?.compactMap(\.text) ?? [] }

    func duration(_ name: String) -> Duration? { text(name).flatMap { Duration(text: $0) } }

    func size(_ name: String) -> ByteSize? { text(name).flatMap { ByteSize(text: $0) } }

    func integer(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }

    func flag(_ name: String) -> Bool { text(name) == "true" }

    func choice<Value: RawRepresentable<String>>(_ name: String) -> Value? { text(name).flatMap(Value.init(rawValue:)) }

    func path(of name: String) -> String { SchemaValidator.join(path, name) }

    /// Where to look for what is wrong with it: at the section when it stands there by default.
    func origin(of name: String) -> ValueOrigin {
        guard let origin = node[name]?.origin, origin != .fallback else { return node.origin }
        return origin
    }
}
