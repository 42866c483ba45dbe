import ArgumentParser
import MainspringCore

struct VersionCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this program.")

    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        switch output.format {
        case .table: try context.output.text("mainspring \(MainspringVersion.current)")
        case .json, .jsonl: try context.output.json(["version": .string(MainspringVersion.current)])
        }
        return .success
    }
}
