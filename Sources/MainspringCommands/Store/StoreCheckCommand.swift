import ArgumentParser
import MainspringCore

struct StoreCheckCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Look for damage in a SQLite store: the file's pages, its indexes, and what its rows say of each other.",
        discussion: """
            Writes nothing, and may take seconds for each million jobs. What is wrong is printed, one kind of damage per \
            line. It exits 0 when the store is whole, 1 when something is wrong inside, 74 when it cannot be read at all.

            Examples:
              mainspring store check
              mainspring store check /var/lib/market/jobs.db
            """)

    @Argument(
        help: "The database; by default that of ./mainspring.yaml, or .mainspring/jobs.db.", completion: .file())
    var path: String?

    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let path = try StorePath.find(path, in: context)
        let problems = try await context.program.checkStore(at: path)
        switch output.format {
        case .table:
            for problem in problems { try context.output.text(problem) }
            if problems.isEmpty { try context.note("\(path) is whole.") }
        case .json:
            try context.output.json(
                ["path": .string(path), "problems": .array(problems.map(JSONValue.string))], pretty: true)
        case .jsonl: for problem in problems { try context.output.json(.string(problem)) }
        }
        return problems.isEmpty ? .success : .failed
    }
}
