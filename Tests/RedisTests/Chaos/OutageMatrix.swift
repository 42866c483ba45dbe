import Foundation

/// The document that says what every outage came to.
enum OutageMatrix {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/failover-matrix.md")

    static let whole = "nothing lost"

    static func text(_ result: OutageCell.Result, of cell: OutageCell) -> String {
        let tally = result.tally
        var words = [tally.isWhole(keepsData: cell.outage.keepsData) ? whole : "**\(tally.summary)**"]
        if !tally.violations.isEmpty { words.append("\(tally.violations.count) ran beside one of the same key") }
        if tally.ranTwice > 0 { words.append("\(tally.ranTwice) of \(tally.calls) ran again") }
        if tally.forgotten > 0 { words.append("\(tally.forgotten) ended ones forgotten") }
        words.append("busy after \(result.busyAfter) ms")
        return words.joined(separator: "; ")
    }

    static func document(_ cells: [Outage: [OutageCell.State: String]]) -> String {
        let rows = Outage.allCases.map { outage in
            "| \(outage) | "
                + OutageCell.State.allCases.map { cells[outage]?[$0] ?? "not run" }.joined(separator: " | ") + " |"
        }
        return """
            # What an outage of Redis does

            <!-- Measured by `MAINSPRING_MATRIX=1 swift test --filter OutageMatrixTests`; do not edit. -->

            Each cell is a run of two nodes that enqueue 100 jobs a second each and run them, through a proxy, over a Redis with
            an append-only file that is synced every second. The outage meets the nodes in the state of the column: the server
            is used (`primary`), it has been away for a while (`spooling`), or it is back and gets what was spooled
            (`draining`). It lasts 1.2 seconds, `loading` two.

            \(whole.capitalized.prefix(1))\(whole.dropFirst()) means: no call failed, every job whose enqueue returned came to its end
            once, no two jobs with one unique key ran at a time, and no key stayed held. A server that comes back without its
            data forgot who held a key: there a job may have run beside one of the same key, and the cell says so. Jobs run again when the node that ran
            them died, or when the server forgot that they had ended. Busy says when the last of the nodes ran a job again
            after the server's return; after flapping and FLUSHALL it had been back for those 1.2 seconds already.

            | Outage | primary | spooling | draining |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    /// The cells of the document, by the words of their row and column.
    static func read() throws -> [String: [String]] {
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") }.reduce(into: [:]) { rows, line in
            let words = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if let name = words.first { rows[name] = Array(words.dropFirst()) }
        }
    }
}
