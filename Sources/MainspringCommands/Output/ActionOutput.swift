import MainspringCore

/// Prints what an action led to: a sentence for people, the answer for programs.
struct ActionOutput {
    let format: OutputFormat

    init(_ format: OutputFormat) {
        self.format = format
    }

    func show(_ answer: JSONValue, sentence: String, in context: CommandContext) throws -> ExitStatus {
        switch format {
        case .table: try context.output.text(sentence)
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: try context.output.json(answer)
        }
        return .success
    }
}
