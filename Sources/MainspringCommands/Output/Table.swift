/// Rows in columns, aligned by what a terminal shows.
struct Table {
    struct Column {
        var title: String
        /// Never cut: ids, which people copy.
        var isWhole = false
        var isRight = false

        init(_ title: String, isWhole: Bool = false, isRight: Bool = false) {
            self.title = title
            self.isWhole = isWhole
            self.isRight = isRight
        }
    }

    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var color: Color?

        init(_ text: String, _ color: Color? = nil) {
            self.text = text
            self.color = color
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    enum Color: Int {
        case red = 31
        case green, yellow, blue
        case gray = 90
    }

    private static let gap = "  "
    /// A column is not cut below this.
    private static let minimum = 6

    var columns: [Column]
    var rows: [[Cell]] = []

    init(_ columns: [Column], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// The header, then the rows; cut to the width when there is one.
    func lines(for terminal: Terminal) -> [String] {
        let header = columns.map { Cell($0.title) }
        let safe = ([header] + rows).map { row in row.map { Cell(Printable.line($0.text), $0.color) } }
        let widths = fitted(naturalWidths(of: safe), to: terminal.width)
        return safe.map { line($0, widths: widths, hasColor: terminal.hasColor) }
    }

    private func naturalWidths(of rows: [[Cell]]) -> [Int] {
        columns.indices.map { column in rows.map { DisplayWidth.of($0[column].text) }.max() ?? 0 }
    }

    /// Takes from the widest column until all fit, or none can give more.
    private func fitted(_ widths: [Int], to limit: Int?) -> [Int] {
        guard let limit else { return widths }
        var widths = widths
        var excess = widths.reduce(0, +) + Self.gap.count * (widths.count - 1) - limit
        while excess > 0 {
            let candidates = widths.indices.filter { !columns[$0].isWhole && widths[$0] > Self.minimum }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], widths: [Int], hasColor: Bool) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = DisplayWidth.cut(cell.text, to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(text))
            let isLast = index == cells.count - 1
            let shown = hasColor && !text.isEmpty ? Self.colored(text, cell.color) : text
            line += columns[index].isRight ? padding + shown : shown + (isLast ? "" : padding)
            if !isLast { line += Self.gap }
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func colored(_ text: String, _ color: Color?) -> String {
        color.map { "\u{1B}[\($0.rawValue)m\(text)\u{1B}[0m" } ?? text
    }
}
