import ArgumentParser

struct QueuePauseCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Start no more jobs of a queue; those that run go on, new ones still enter.",
        discussion: """
            Example:
              mainspring queue pause reports
            """)

    @Argument(help: "The queue's name.")
    var name: String

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.post("queues", name, "pause") }
        return try ActionOutput(node.format).show(answer, sentence: "The queue \(name) is paused.", in: context)
    }
}
