import MainspringCore

/// The shape of a JSON body; it checks a body, and describes it.
indirect enum Schema: Sendable {
    /// `format` is what a person reads: `duration such as 30s`. `isValid` decides.
    case string(
        maxBytes: Int, choices: [String] = [], format: String? = nil,
        isValid: @Sendable (String) -> Bool = { _ in true })
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case boolean
    case array(of: Schema, count: ClosedRange<Int>)
    case object([Field])
    /// Any members: something else checks them.
    case openObject
    /// Strings by name: at most so many, names and values together at most so many bytes.
    case texts(count: Int, maxBytes: Int)
    /// One, or an array of at most this many.
    case oneOrMany(Schema, max: Int)
    /// Named by the contract, and refused in this version.
    case notInThisVersion

    struct Field: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool
        let meaning: String

        init(_ name: String, _ schema: Schema, isRequired: Bool = false, _ meaning: String) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
            self.meaning = meaning
        }
    }

    /// Every problem at once.
    func problems(in value: JSONValue) -> [BodyProblem] {
        var problems: [BodyProblem] = []
        check(value, field: nil, index: nil, into: &problems)
        return problems
    }

    private func check(_ value: JSONValue, field: String?, index: Int?, into problems: inout [BodyProblem]) {
        func refuse(_ message: String, code: MainspringError.Code = .malformed) {
            problems.append(BodyProblem(index: index, field: field, code: code, message: message))
        }
        switch (self, value) {
        case (.string(let maxBytes, let choices, let format, let isValid), .string(let text)):
            if text.utf8.count > maxBytes {
                refuse("is longer than \(maxBytes) bytes")
            } else if !choices.isEmpty, !choices.contains(text) {
                let near = NearestName.of(text, among: choices).map { "; did you mean '\($0)'?" } ?? ""
                refuse("must be one of \(choices.joined(separator: ", "))\(near)")
            } else if !isValid(text) {
                refuse("must be \(format.map { "a \($0)" } ?? "valid")")
            }
        case (.integer(let range), .integer(let number)):
            if !range.contains(number) { refuse("must be from \(range.lowerBound) to \(range.upperBound)") }
        case (.number(let range), .integer), (.number(let range), .number):
            if value.double.map(range.contains) != true {
                refuse("must be from \(range.lowerBound) to \(range.upperBound)")
            }
        case (.boolean, .bool): break
        case (.array(let schema, let count), .array(let items)):
            if !count.contains(items.count) {
                return refuse("must hold \(count.lowerBound) to \(count.upperBound) items")
            }
            for item in items { schema.check(item, field: field, index: index, into: &problems) }
        case (.object(let fields), .object(let members)):
            check(members, against: fields, within: field, index: index, into: &problems)
        case (.openObject, .object): break
        case (.texts(let count, let maxBytes), .object(let members)):
            let bytes = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
            if members.values.contains(where: { $0.string == nil }) {
                refuse("must hold strings only")
            } else if members.count > count {
                refuse("must hold at most \(count) entries")
            } else if bytes > maxBytes {
                refuse("is longer than \(ByteSize(bytes: maxBytes).text), names and values together")
            }
        case (.oneOrMany(let schema, let max), .array(let items)):
            guard (1...max).contains(items.count) else { return refuse("an array must hold 1 to \(max) items") }
            for (index, item) in items.enumerated() { schema.check(item, field: nil, index: index, into: &problems) }
        case (.oneOrMany(let schema, _), _): schema.check(value, field: nil, index: nil, into: &problems)
        case (.notInThisVersion, _): refuse("is not in this version", code: .notInThisVersion)
        default: refuse("must be \(typeName)")
        }
    }

    private func check(
        _ members: [String: JSONValue], against fields: [Field], within parent: String?, index: Int?,
        into problems: inout [BodyProblem]
    ) {
        func path(_ name: String) -> String { parent.map { "\($0).\(name)" } ?? name }
        for name in members.keys.sorted() where !fields.contains(where: { $0.name == name }) {
            let near = NearestName.of(name, among: fields.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
            let known = fields.isEmpty ? "none are" : "known are \(fields.map(\.name).joined(separator: ", "))"
            problems.append(
                BodyProblem(
                    index: index, field: path(String(name.prefix(64))), code: .malformed,
                    message: "is not a known field\(near.isEmpty ? " (\(known))" : near)"))
        }
        for field in fields {
            if let value = members[field.name] {
                // Null says that a field is not there.
                if value == .null, !field.isRequired { continue }
                field.schema.check(value, field: path(field.name), index: index, into: &problems)
            } else if field.isRequired {
                problems.append(
                    BodyProblem(index: index, field: path(field.name), code: .malformed, message: "is missing"))
            }
        }
    }

    /// For messages and for the document: `a string`, `an object or an array of up to 1000`.
    var typeName: String {
        switch self {
        case .string(_, let choices, let format, _):
            choices.isEmpty ? format.map { "a \($0)" } ?? "a string" : "one of \(choices.joined(separator: ", "))"
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .array(let schema, let count): "an array of up to \(count.upperBound), each \(schema.typeName)"
        case .object, .openObject: "an object"
        case .texts(let count, let maxBytes):
            "an object of up to \(count) strings, \(ByteSize(bytes: maxBytes).text) in all"
        case .oneOrMany(let schema, let max): "\(schema.typeName), or an array of 1 to \(max) of them"
        case .notInThisVersion: "not in this version"
        }
    }

    /// No body at all means the same as an empty object.
    var isOptional: Bool {
        guard case .object(let fields) = self else { return false }
        return fields.allSatisfy { !$0.isRequired }
    }

    /// The members of the object that it describes; empty for anything else.
    var fields: [Field] {
        switch self {
        case .object(let fields): fields
        case .oneOrMany(let schema, _): schema.fields
        default: []
        }
    }
}

/// One thing that is wrong with a body.
struct BodyProblem: Sendable, Equatable {
    /// The place in the array, from 0; nil when the body is not an array.
    var index: Int?
    var field: String?
    var code: MainspringError.Code
    var message: String

    var json: JSONValue {
        var members: [String: JSONValue] = ["code": .string(code.rawValue), "message": .string(message)]
        if let index { members["index"] = .integer(Int64(index)) }
        if let field { members["field"] = .string(field) }
        return .object(members)
    }

    /// `jobs[2]: 'kind' is missing`.
    var sentence: String {
        (index.map { "jobs[\($0)]: " } ?? "") + (field.map { "'\($0)' \(message)" } ?? "the body \(message)")
    }
}
