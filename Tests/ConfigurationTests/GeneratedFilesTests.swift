import Foundation
import MainspringCore
import Testing

@testable import Mainspring

@Suite("Files generated from the schema")
struct GeneratedFilesTests {
    @Test("are up to date", arguments: ["docs/configuration.md", "docs/mainspring.schema.json"])
    func upToDate(path: String) throws {
        let text =
            path.hasSuffix(".md")
            ? ConfigurationReference.markdown() : ConfigurationJSONSchema.document().prettyText + "\n"
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: path)
        if ProcessInfo.processInfo.environment["MAINSPRING_REGENERATE"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let stored = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            stored == text,
            "\(path) differs from the schema; run: MAINSPRING_REGENERATE=1 swift test --filter GeneratedFilesTests")
    }

    @Test("every key has a meaning, and every default is a valid value")
    func defaults() {
        func check(_ table: SchemaTable, _ path: String) {
            for key in table.available {
                #expect(!key.meaning.isEmpty, "\(path).\(key.name)")
                if case .text(let text) = key.fallback {
                    #expect(key.type.problem(with: text) == nil, "\(path).\(key.name)")
                }
                switch key.type {
                case .table(let table), .shorthand(_, let table), .map(_, .table(let table), _, _),
                    .map(_, .shorthand(_, let table), _, _):
                    check(table, "\(path).\(key.name)")
                default: break
                }
            }
        }
        check(ConfigurationSchema.root, "")
    }
}
