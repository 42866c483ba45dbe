import ArgumentParser
import MainspringCore

struct StoreBackupCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a SQLite store into a new file, as it is at one moment.",
        discussion: """
            Nodes go on meanwhile. The copy is a whole database: to go back to it, stop the nodes and put it in the place of \
            the store's file. No file is overwritten.

            Examples:
              mainspring store backup /backups/market-2026-11-01.db
              mainspring store backup copy.db --from /var/lib/market/jobs.db
            """)

    @Argument(help: "The new file.", completion: .file())
    var dest: String

    @Option(
        help: ArgumentHelp(
            "The database; by default that of ./mainspring.yaml, or .mainspring/jobs.db.", valueName: "path"),
        completion: .file())
    var from: String?

    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let source = try StorePath.find(from, in: context)
        let target = context.absolute(dest)
        try await context.program.backUpStore(at: source, to: target)
        let answer: JSONValue = ["path": .string(target), "from": .string(source)]
        switch output.format {
        case .table: try context.output.text(target)
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: try context.output.json(answer)
        }
        return .success
    }
}
