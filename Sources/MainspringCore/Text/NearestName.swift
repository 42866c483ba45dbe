/// "Did you mean …?": the declared name closest to a misspelt one.
public enum NearestName {
    /// Nil when nothing is close: more than a third of the letters (at least two) would have to change.
    public static func of(_ word: String, among names: some Sequence<String>) -> String? {
        // A caller may send a word of any length: more than 64 characters are no slip of the pen.
        let word = String(word.unicodeScalars.prefix(longest))
        let limit = max(2, word.count / 3)
        return names.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= limit && $0.distance < max(word.count, $0.name.count) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    private static let longest = 64

    /// Edits to turn one into the other: insert, delete, replace, or swap two neighbours (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.prefix(longest))
        let b = Array(right.prefix(longest))
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { table[i][0] = i }
        for j in 0...b.count { table[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
                }
            }
        }
        return table[a.count][b.count]
    }
}
