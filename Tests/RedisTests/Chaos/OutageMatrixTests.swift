import Foundation
import Testing

@Suite("Outages of Redis", .serialized)
struct OutageMatrixTests {
    private static let runsAll = ProcessInfo.processInfo.environment["MAINSPRING_MATRIX"] == "1"

    /// One for each way to be away, and for each state; all of them are run for the document.
    private static let sample = [
        OutageCell(outage: .killed, state: .primary), OutageCell(outage: .halfOpen, state: .primary),
        OutageCell(outage: .readOnly, state: .draining), OutageCell(outage: .flushed, state: .primary),
        OutageCell(outage: .nodeKilled, state: .spooling),
    ]

    @Test("lose nothing", .disabled(if: runsAll), .timeLimit(.minutes(2)), arguments: sample)
    func cell(_ cell: OutageCell) async throws {
        let tally = try await cell.run().tally
        // Not the whole tally in the report.
        let isWhole = tally.isWhole(keepsData: cell.outage.keepsData)
        #expect(isWhole, "\(tally.summary): \(tally.details)")
        #expect(tally.calls > 50)
    }

    @Test("lose nothing in any of the ways and states that the document lists", .enabled(if: runsAll))
    func matrix() async throws {
        var cells: [Outage: [OutageCell.State: String]] = [:]
        for cell in OutageCell.all {
            do {
                let result = try await cell.run()
                cells[cell.outage, default: [:]][cell.state] = OutageMatrix.text(result, of: cell)
                let isWhole = result.tally.isWhole(keepsData: cell.outage.keepsData)
                #expect(isWhole, "\(cell): \(result.tally.summary): \(result.tally.details)")
            } catch {
                cells[cell.outage, default: [:]][cell.state] = "**\(error)**"
                Issue.record("\(cell): \(error)")
            }
            // Now: the run takes minutes, and says something before its end.
            try OutageMatrix.document(cells).write(to: OutageMatrix.file, atomically: true, encoding: .utf8)
        }
    }

    @Test("are all in the document, with the outcome that is promised")
    func document() throws {
        let rows = try OutageMatrix.read()
        for outage in Outage.allCases {
            let cells = try #require(rows["\(outage)"], "docs/failover-matrix.md has no row for \(outage)")
            #expect(cells.count == OutageCell.State.allCases.count)
            for cell in cells { #expect(cell.hasPrefix(OutageMatrix.whole), "\(outage): \(cell)") }
        }
    }
}
