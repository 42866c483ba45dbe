import ArgumentParser
import MainspringCore

struct NodeDrainCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Let a node take no more jobs; what runs there goes on.",
        discussion: """
            New jobs are still taken in, and the other nodes run them. The node stays drained until it is resumed or ends; a \
            restart forgets it. Another node than the one that is asked hears of it within seconds.

            Examples:
              mainspring node drain
              mainspring node drain market-2
            """)

    @OptionGroup var target: NodeName
    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let (name, answer) = try await NodeClient.with(node, in: context) { client in
            let name = try await target.resolved(by: client)
            return (name, try await client.post("nodes", name, "drain"))
        }
        return try ActionOutput(node.format).show(answer, sentence: "The node \(name) takes no more jobs.", in: context)
    }
}
