/// Values from the environment and from flags, laid over the document before it is validated.
struct SettingOverrides {
    /// The scalar keys of fixed paths, which alone can be overridden.
    static let paths: [String] = scalarPaths(of: ConfigurationSchema.root, path: "")

    /// `MAINSPRING_HTTP_BIND` for `http.bind`.
    static func variable(for path: String) -> String {
        "MAINSPRING_" + path.uppercased().replacing(".", with: "_")
    }

    /// Environment first, flags over it; an empty variable counts as not set. `MAINSPRING_STORE` counts as
    /// `MAINSPRING_STORE_URL`, as `store` does in the file.
    static func apply(
        to document: ConfigNode, environment: [String: String], flags: [ConfigurationFlag], problems: inout ProblemList
    ) -> ConfigNode {
        var document = document
        if let store = document["store"], store.text != nil, !store.isNull {
            document = setting(["store"], in: document, to: ConfigNode(content: .map([]), origin: store.origin))
            document = setting(["store", "url"], in: document, to: store)
        }
        if let text = environment["MAINSPRING_STORE"], !text.isEmpty {
            document = setting(
                ["store", "url"], in: document, to: .text(text, origin: .environment("MAINSPRING_STORE")))
        }
        for path in paths {
            let name = variable(for: path)
            guard let text = environment[name], !text.isEmpty else { continue }
            document = setting(keys(path), in: document, to: .text(text, origin: .environment(name)))
        }
        for flag in flags {
            guard paths.contains(flag.key) else {
                problems.add("no flag can set this key", at: .flag(flag.name), key: flag.key)
                continue
            }
            document = setting(keys(flag.key), in: document, to: .text(flag.value, origin: .flag(flag.name)))
        }
        return document
    }

    /// The queue that jobs are in when nothing is said is always there.
    static func withDefaultQueue(_ document: ConfigNode) -> ConfigNode {
        let queues = document["queues"]
        guard queues?["default"] == nil, queues?.members != nil || queues?.isNull ?? true else { return document }
        return setting(["queues", "default"], in: document, to: ConfigNode(content: .map([]), origin: .fallback))
    }

    private static func scalarPaths(of table: SchemaTable, path: String) -> [String] {
        table.keys.flatMap { key -> [String] in
            let inner = SchemaValidator.join(path, key.name)
            switch key.type {
            case .table(let table), .shorthand(_, let table): return scalarPaths(of: table, path: inner)
            default: return key.type.isScalar && key.availability == .now ? [inner] : []
            }
        }
    }

    private static func keys(_ path: String) -> [String] {
        path.split(separator: ".").map(String.init)
    }

    private static func setting(_ keys: [String], in node: ConfigNode, to value: ConfigNode) -> ConfigNode {
        guard let name = keys.first else { return value }
        var members = node.members ?? []
        let rest = Array(keys.dropFirst())
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = setting(rest, in: members[index].value, to: value)
        } else {
            let inner = setting(rest, in: ConfigNode(content: .map([]), origin: value.origin), to: value)
            members.append(.init(name: name, line: 0, value: inner))
        }
        return ConfigNode(content: .map(members), origin: node.origin)
    }
}
