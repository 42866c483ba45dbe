import ArgumentParser
import MainspringCore

struct InitCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first configuration with an example job.",
        discussion: """
            No file is overwritten. The paths written are printed, one per line.

            Examples:
              mainspring init
              mainspring init market
            """)

    @Argument(help: "The folder; made when it is missing.", completion: .directory)
    var dir = "."

    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let paths = try context.program.initialize(folder: context.absolute(dir))
        switch output.format {
        case .table: for path in paths { try context.output.text(path) }
        case .json: try context.output.json(.array(paths.map { .string($0) }), pretty: true)
        case .jsonl: for path in paths { try context.output.json(.string(path)) }
        }
        try context.note(dir == "." ? "Now: mainspring run" : "Now: cd \(dir) && mainspring run")
        return .success
    }
}
