import ArgumentParser
import MainspringCore

struct NodeResumeCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a drained node take jobs again.",
        discussion: """
            Examples:
              mainspring node resume
              mainspring node resume market-2
            """)

    @OptionGroup var target: NodeName
    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let (name, answer) = try await NodeClient.with(node, in: context) { client in
            let name = try await target.resolved(by: client)
            return (name, try await client.post("nodes", name, "resume"))
        }
        return try ActionOutput(node.format).show(answer, sentence: "The node \(name) takes jobs again.", in: context)
    }
}
