import Foundation
import MainspringCore
import Testing

@Suite("docs/lifecycle.md")
struct LifecycleTests {
    @Test("has one row for each edge that a job can take, and no other")
    func edges() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/lifecycle.md"), encoding: .utf8)
        let rows: [[String]] = page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 4 && JobState(rawValue: cells[0]) != nil ? cells : nil
        }
        let described = rows.map { "\($0[0]) → \($0[1])" }
        let legal = JobState.allCases.flatMap { from in
            JobState.allCases.filter { from.canBecome($0) }.map { "\(from.rawValue) → \($0.rawValue)" }
        }
        #expect(described.sorted() == legal.sorted())
        for row in rows { #expect(!row[2].isEmpty && !row[3].isEmpty, "\(row) names its verb and what it does") }
    }
}
