import Foundation
import Testing

@Suite("Swift in the documentation")
struct SnippetTests {
    @Test("README.md shows Examples/hello and Examples/hello-job as they are, and a job's hello world has nine lines")
    func hello() throws {
        let examples = try ["Examples/hello/Hello.swift", "Examples/hello-job/main.swift"].map(Self.text)
        #expect(try Self.blocks(of: "README.md") == examples)
        #expect(examples[1].split(separator: "\n").count <= 9)
    }

    @Test(
        "what the pages show is compiled",
        arguments: [
            ("docs/runtime.md", ["Tests/ApplicationTests/Support/Snippets.swift"]),
            ("docs/jobs.md", ["Tests/ApplicationTests/Support/JobSnippets.swift", "Examples/hello-job/main.swift"]),
        ])
    func pages(page: String, sources: [String]) throws {
        let source = try sources.flatMap { Self.lines(try Self.text(of: $0)) }
        let blocks = try Self.blocks(of: page)
        #expect(!blocks.isEmpty)
        for block in blocks {
            let block = Self.lines(block)
            let isThere = source.indices.contains { source[$0...].starts(with: block) }
            #expect(isThere, "not in \(sources): \(block.first ?? "")")
        }
    }

    /// The fenced blocks in Swift.
    private static func blocks(of page: String) throws -> [String] {
        try text(of: page).components(separatedBy: "```swift\n").dropFirst().map { rest in
            try #require(rest.range(of: "```\n").map { String(rest[..<$0.lowerBound]) })
        }
    }

    /// Without what differs only by where it stands.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func text(of path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
