import ArgumentParser

struct QueueResumeCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Start jobs of a paused queue again.",
        discussion: """
            Example:
              mainspring queue resume reports
            """)

    @Argument(help: "The queue's name.")
    var name: String

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.post("queues", name, "resume") }
        return try ActionOutput(node.format).show(answer, sentence: "The queue \(name) is active.", in: context)
    }
}
