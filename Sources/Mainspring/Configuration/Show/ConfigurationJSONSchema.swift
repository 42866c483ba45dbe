import MainspringCore

/// Writes `docs/mainspring.schema.json` from the schema, for editors.
enum ConfigurationJSONSchema {
    static func document() -> JSONValue {
        guard case .object(var root) = schema(of: ConfigurationSchema.root) else { return .null }
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["title"] = "mainspring.yaml"
        // A value with a variable in it is checked when the variable is known.
        root["$defs"] = ["variable": ["type": "string", "pattern": #"\$\{"#]]
        return .object(root)
    }

    private static func schema(of table: SchemaTable) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for key in table.available {
            guard case .object(var property) = schema(of: key.type) else { continue }
            if !key.meaning.isEmpty { property["description"] = .string(key.meaning) }
            if case .text(let text) = key.fallback { property["default"] = value(text, of: key.type) }
            properties[key.name] = .object(property)
            if key.mayBeInFile {
                properties[key.name + SchemaKey.fileSuffix] = [
                    "type": "string", "description": .string("A file that holds the value of `\(key.name)`."),
                ]
            }
        }
        var object: [String: JSONValue] = [
            "type": ["object", "null"], "properties": .object(properties), "additionalProperties": false,
        ]
        let required = table.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty {
            object["required"] = .array(required)
            object["type"] = "object"
        }
        if !table.exactlyOne.isEmpty {
            object["oneOf"] = .array(table.exactlyOne.map { ["required": [.string($0)]] })
            object["type"] = "object"
        }
        let beside = table.available.compactMap { key in key.beside.map { (key.name, JSONValue.array([.string($0)])) } }
        if !beside.isEmpty { object["dependentRequired"] = .object(Dictionary(beside, uniquingKeysWith: { $1 })) }
        var pairs = table.atMostOne.indices.flatMap { first in
            table.atMostOne[(first + 1)...].map { JSONValue.array([.string(table.atMostOne[first]), .string($0)]) }
        }
        pairs += table.available.filter(\.mayBeInFile).map { key in
            [.string(key.name), .string(key.name + SchemaKey.fileSuffix)]
        }
        pairs += table.available.compactMap { key in key.rival.map { [.string(key.name), .string($0)] } }
        if !pairs.isEmpty { object["not"] = ["anyOf": .array(pairs.map { ["required": $0] })] }
        return .object(object)
    }

    private static func schema(of type: SchemaType) -> JSONValue {
        switch type {
        case .text(let format):
            guard let pattern = format.pattern else { return text }
            let isWord = if case .name = format { true } else { false }
            return orVariable(["type": isWord ? text["type"] ?? [] : "string", "pattern": .string(pattern)])
        case .template: return text
        case .duration: return orVariable(["type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$"])
        case .size: return orVariable(["type": "string", "pattern": "^[0-9]+(B|KiB|MiB|GiB)$"])
        case .integer(let range):
            var number: [String: JSONValue] = ["type": "integer", "minimum": .integer(range.lowerBound)]
            if range.upperBound < Int64.max { number["maximum"] = .integer(range.upperBound) }
            return orVariable(.object(number))
        case .boolean: return orVariable(["type": "boolean"])
        case .choice(let words, _): return orVariable(["enum": .array(words.map { .string($0) })])
        case .list(let item, let max, let isEmptyAllowed):
            return [
                "type": "array", "items": schema(of: item), "minItems": isEmptyAllowed ? 0 : 1,
                "maxItems": .integer(Int64(max)),
            ]
        case .table(let table): return schema(of: table)
        case .shorthand(let key, let table):
            return ["anyOf": [table[key].map { schema(of: $0.type) } ?? true, schema(of: table)]]
        case .map(let keys, let type, _, _):
            var map: [String: JSONValue] = ["type": ["object", "null"], "additionalProperties": schema(of: type)]
            if let pattern = keys.pattern { map["propertyNames"] = ["pattern": .string(pattern)] }
            return .object(map)
        case .json: return [:]
        }
    }

    /// Text without quotes may look like something else to YAML.
    private static let text: JSONValue = ["type": ["string", "number", "boolean"]]

    private static func orVariable(_ schema: JSONValue) -> JSONValue {
        ["anyOf": [schema, ["$ref": "#/$defs/variable"]]]
    }

    private static func value(_ text: String, of type: SchemaType) -> JSONValue {
        switch type {
        case .integer: Int64(text).map { .integer($0) } ?? .string(text)
        case .boolean: .bool(text == "true")
        default: .string(text)
        }
    }
}
