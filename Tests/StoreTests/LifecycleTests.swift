import Foundation
import MainspringCore
import Testing

@Suite("docs/lifecycle.md")
struct LifecycleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// From, to, verbs, what they do.
    private let rows: [[String]]

    init() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/lifecycle.md"), encoding: .utf8)
        rows = page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 4 && JobState(rawValue: cells[0]) != nil ? cells : nil
        }
    }

    @Test("has one row for each edge that a job can take, and no other")
    func edges() {
        let described = rows.map { "\($0[0]) → \($0[1])" }
        let legal = JobState.allCases.flatMap { from in
            JobState.allCases.filter { from.canBecome($0) }.map { "\(from.rawValue) → \($0.rawValue)" }
        }
        #expect(described.sorted() == legal.sorted())
        for row in rows { #expect(!row[2].isEmpty && !row[3].isEmpty, "\(row) names its verb and what it does") }
    }

    @Test("names verbs of the port and nothing else")
    func verbs() throws {
        let port = try String(
            contentsOf: Self.root.appending(path: "Sources/MainspringStore/JobStore.swift"), encoding: .utf8)
        let verbs = Set(port.matches(of: /func (\w+)\(/).map { String($0.output.1) })
        #expect(verbs.isSuperset(of: ["exchange", "settle", "claim", "insert"]), "the port was read")
        for row in rows {
            for verb in row[2].split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                #expect(verbs.contains(verb), "\(row[0]) → \(row[1]): \(verb)")
            }
        }
    }
}
