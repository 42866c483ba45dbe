import MainspringCore

extension Sequence<String> {
    /// As SQLite's `json_each` reads them.
    var jsonText: String { JSONValue.array(map { .string($0) }).compactText }
}

extension [String: String] {
    var jsonText: String { JSONValue.object(mapValues { .string($0) }).compactText }
}

extension [String: Int] {
    var jsonText: String { JSONValue.object(mapValues { .integer(Int64($0)) }).compactText }

    init(jsonText: String) throws {
        guard case .object(let members)? = try? JSONParser.parse(jsonText) else {
            throw StoreFailure.damaged("a node's numbers are not an object")
        }
        self = members.compactMapValues { if case .integer(let number) = $0 { Int(number) } else { nil } }
    }
}
