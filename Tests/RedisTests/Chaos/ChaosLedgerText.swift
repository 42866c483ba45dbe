/// What a `ChaosProbe` said; its `ChaosLedger` says what the lines mean.
struct ChaosLedgerText {
    struct Line {
        var kind: Character
        /// Microseconds of the wall clock.
        var at: Int
        var words: [String]
    }

    let node: String
    let lines: [Line]

    init(_ text: String, node: String) {
        self.node = node
        // The last one may be cut, when it is read while it is written.
        lines = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, let kind = words[0].first, let at = Int(words[1]) else { return nil }
            return Line(kind: kind, at: at, words: Array(words.dropFirst(2)))
        }
    }

    func all(_ kind: Character) -> [Line] { lines.filter { $0.kind == kind && !($0.words.isEmpty && kind != "B") } }

    /// Its last life.
    var begunAt: Int { lines.last { $0.kind == "B" }?.at ?? .max }
    var state: String { lines.last { $0.kind == "T" }?.words.first ?? "" }
    func firstRun(after instant: Int) -> Int? { lines.first { $0.kind == "R" && $0.at > instant }?.at }
}
