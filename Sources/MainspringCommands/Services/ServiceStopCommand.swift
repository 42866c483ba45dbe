import ArgumentParser

struct ServiceStopCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop a service by its stop policy; it stays stopped until it is started.",
        discussion: """
            Example:
              mainspring service stop feed
            """)

    @Argument(help: "The service's name.")
    var name: String

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.post("services", name, "stop") }
        return try ActionOutput(node.format).show(answer, sentence: "The service \(name) is stopping.", in: context)
    }
}
