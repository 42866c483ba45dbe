/// A table that becomes a list of cards on a narrow screen, where each cell shows its column's name.
struct Table {
    struct Column {
        let title: String
        /// Classes of its cells: `main`, `status`, `number`, `wide`, `clip`, `actions`.
        let style: String

        init(_ title: String, _ style: String = "") {
            self.title = title
            self.style = style
        }
    }

    let caption: String
    let columns: [Column]
    let rows: [[HTML]]

    // The roles stay when the style sheet changes how it is laid out.
    var html: HTML {
        let heads = columns.map { column -> HTML in
            let title: HTML =
                column.style.contains("actions") ? "<span class=\"unseen\">\(column.title)</span>" : "\(column.title)"
            return "<th scope=\"col\" role=\"columnheader\" class=\"\(column.style)\">\(title)</th>"
        }
        let lines = rows.map { row -> HTML in
            let cells = zip(columns, row).enumerated().map { index, cell -> HTML in
                index == 0
                    ? "<th scope=\"row\" role=\"rowheader\" class=\"\(cell.0.style)\">\(cell.1)</th>"
                    : "<td role=\"cell\" class=\"\(cell.0.style)\" data-label=\"\(cell.0.title)\">\(cell.1)</td>"
            }
            return "<tr role=\"row\">\(cells)</tr>\n"
        }
        return """
            <div class="frame"><table role="table">
            <caption class="unseen">\(caption)</caption>
            <thead role="rowgroup"><tr role="row">\(heads)</tr></thead>
            <tbody role="rowgroup">
            \(lines)</tbody>
            </table></div>
            """
    }
}
