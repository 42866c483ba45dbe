import MainspringCore

/// Prints a list of the API, `{"data": […], "next": …}`.
struct ListOutput {
    let format: OutputFormat

    init(_ format: OutputFormat) {
        self.format = format
    }

    func show(_ answer: JSONValue, in context: CommandContext, table: ([JSONValue]) -> Table) throws {
        let items = answer["data"]?.array ?? []
        switch format {
        case .table: try context.output.table(table(items))
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: for item in items { try context.output.json(item) }
        }
    }
}
