import Foundation
import MainspringCore
import Testing

@testable import Mainspring

@Suite("The JSON Schema")
struct JSONSchemaTests {
    private func problems(_ yaml: String) throws -> [String] {
        var list = ProblemList(file: "x")
        let node = try #require(YAMLDocument.read(yaml, problems: &list))
        return SchemaCheck(root: ConfigurationJSONSchema.document()).problems(in: JSONValue(node, as: .json))
    }

    @Test("takes what the validator takes")
    func takes() throws {
        let template = try #require(InitTemplate.files.first { $0.path == "mainspring.yaml" })
        #expect(try problems(template.content) == [])
        #expect(try problems("{}") == [])
        let text = """
            name: x
            node: ${HOSTNAME:-market-1}
            store: { url: sqlite, durability: normal }
            http: { bind: "127.0.0.1:8501-8600", hosts: [a], body_limit: 8MiB }
            queues: { default: { workers: "${N}", limit: 5 }, other: }
            jobs:
              a: { exec: [./a, 5, "{s}"], args: { s: string, t: { type: integer, max: 5, optional: true } }, env: { PORT: 9000 } }
              b: { http: { url: "http://h/{x}", headers: { A: p } }, args: { x: string }, unique: { by: [x] } }
              c: { exec: [x], retry: { delays: [1s, 5s], only: [exit_1] }, unique: { for: 10m, on_conflict: throttle }, silence: 30s, max_rescues: 0 }
            services: { s: { exec: [x], ready: { tcp: "127.0.0.1:1" }, stop: { signal: INT } } }
            supervision: { strategy: rest-for-one, max_restarts: 0, groups: { g: { services: [s, l], backoff: { cap: 1m } } } }
            loops: { l: { exec: [x], every: 1m, first: later, stop: { timeout: 1s } } }
            schedules: { z: { every: 1h30m, job: a, args: { s: AAPL } } }
            """
        #expect(try problems(text) == [])
        #expect(throws: Never.self) {
            try configuration(text, environment: ["N": "2"], directory: FileManager.default.temporaryDirectory.path)
        }
    }

    @Test(
        "refuses what the validator refuses",
        arguments: [
            "nmae: x", "name: a b", "store: mysql://h", "http: { bind: 8501 }", "http: { auth: token }",
            "shutdown: { grace: 5 }",
            "log: { level: loud }", "queues: { q: { workers: 0 } }", "jobs: { a: { } }", "jobs: { a: { exec: x } }",
            "jobs: { a: { exec: [] } }",
            "jobs: { a: { exec: [x], http: { url: 'http://h' } } }",
            "jobs: { a: { http: { url: 'http://h' }, cwd: x } }",
            "jobs: { a: { exec: [x], args: { s: sting } } }", "schedules: { s: { every: 1m } }", "watch: {}",
            "services: { 'a b': { exec: [x] } }", "supervision: { strategy: all }",
            "supervision: { groups: { g: {} } }",
            "supervision: { groups: { g: { services: [] } } }", "loops: { l: { exec: [x] } }",
            "loops: { l: { exec: [x], every: 1m, pacing: slow } }",
            "services: { s: { exec: [x], ready: { tcp: 'h:1', after: 1s } } }",
            "jobs: { a: { exec: [x], retry: { delays: [1s], cap: 1m } } }",
            "jobs: { a: { exec: [x], unique: { for: 1m, while: [running] } } }",
            "jobs: { a: { http: { url: 'http://h' }, silence: 1s } }",
        ])
    func refuses(text: String) throws {
        #expect(try !problems(text).isEmpty)
    }
}

/// As much of JSON Schema as the shipped one uses; an unknown word is a problem, so that the schema cannot outgrow this.
private struct SchemaCheck {
    let root: JSONValue

    func problems(in value: JSONValue) -> [String] { problems(value, root, "$") }

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        (schema.object ?? [:]).flatMap { word, rule in problems(value, word, rule, schema, path) }
    }

    private func takes(_ value: JSONValue, _ schema: JSONValue) -> Bool { problems(value, schema, "").isEmpty }

    private func problems(
        _ value: JSONValue, _ word: String, _ rule: JSONValue, _ schema: JSONValue, _ path: String
    )
        -> [String]
    {
        let members = value.object ?? [:]
        func failing(unless isFine: Bool) -> [String] { isFine ? [] : ["\(path): \(word)"] }
        switch word {
        case "$schema", "title", "$defs", "description", "default": return []
        case "$ref":
            let target = rule.string?.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .null }
            return problems(value, target ?? .null, path)
        case "type":
            return failing(unless: (rule.array ?? [rule]).contains { $0.string.map { isType(value, $0) } ?? false })
        case "enum": return failing(unless: rule.array?.contains(value) ?? false)
        case "pattern": return failing(unless: value.string.map { matches($0, rule) } ?? true)
        case "minimum": return failing(unless: (value.integer ?? .max) >= (rule.integer ?? 0))
        case "maximum": return failing(unless: (value.integer ?? .min) <= (rule.integer ?? 0))
        case "minItems": return failing(unless: (value.array?.count ?? .max) >= Int(rule.integer ?? 0))
        case "maxItems": return failing(unless: (value.array?.count ?? 0) <= Int(rule.integer ?? 0))
        case "items": return (value.array ?? []).enumerated().flatMap { problems($1, rule, "\(path)[\($0)]") }
        case "properties":
            return members.flatMap { name, member in rule[name].map { problems(member, $0, "\(path).\(name)") } ?? [] }
        case "additionalProperties":
            let others = members.filter { schema["properties"]?[$0.key] == nil }
            return others.flatMap { name, member in
                rule == false ? ["\(path).\(name): unknown"] : problems(member, rule, "\(path).\(name)")
            }
        case "propertyNames": return failing(unless: members.keys.allSatisfy { takes(.string($0), rule) })
        case "required":
            return failing(
                unless: value.object == nil || (rule.array ?? []).allSatisfy { members[$0.string ?? ""] != nil })
        case "dependentRequired":
            return failing(
                unless: (rule.object ?? [:]).allSatisfy { name, needs in
                    members[name] == nil || (needs.array ?? []).allSatisfy { members[$0.string ?? ""] != nil }
                })
        case "anyOf": return failing(unless: (rule.array ?? []).contains { takes(value, $0) })
        case "oneOf": return failing(unless: (rule.array ?? []).count { takes(value, $0) } == 1)
        case "not": return failing(unless: !takes(value, rule))
        default: return ["\(path): the word \(word) is not known here"]
        }
    }

    private func matches(_ text: String, _ rule: JSONValue) -> Bool {
        guard let pattern = rule.string, let regex = try? NSRegularExpression(pattern: pattern) else { return false }
        return regex.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
    }

    private func isType(_ value: JSONValue, _ name: String) -> Bool {
        switch value {
        case .null: name == "null"
        case .bool: name == "boolean"
        case .integer: name == "integer" || name == "number"
        case .number: name == "number"
        case .string: name == "string"
        case .array: name == "array"
        case .object: name == "object"
        }
    }
}
