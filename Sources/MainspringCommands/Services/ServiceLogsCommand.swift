import ArgumentParser
import MainspringCore

struct ServiceLogsCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print the last lines that a service wrote, the oldest first.",
        discussion: """
            Control characters are shown, not sent to the terminal; -o json has the lines as they were written.

            Example:
              mainspring service logs feed --lines 20
            """)

    @Argument(help: "The service's name.")
    var name: String

    @Option(name: [.customShort("n"), .long], help: "At most this many lines.")
    var lines = 100

    @OptionGroup var node: NodeOptions

    func validate() throws {
        guard (1...5000).contains(lines) else { throw ValidationError("--lines takes a number from 1 to 5000.") }
    }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) {
            try await $0.get("services", name, "logs", query: [("lines", "\(lines)")])
        }
        let items = answer["data"]?.array ?? []
        switch node.format {
        case .table: for item in items { try context.output.text(item.string ?? item["line"]?.string ?? "") }
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: for item in items { try context.output.json(item) }
        }
        return .success
    }
}
