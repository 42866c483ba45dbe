import ArgumentParser

struct ServiceRestartCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Stop a service by its stop policy and start it again, without its backoff.",
        discussion: """
            Example:
              mainspring service restart feed
            """)

    @Argument(help: "The service's name.")
    var name: String

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.post("services", name, "restart") }
        return try ActionOutput(node.format).show(answer, sentence: "The service \(name) is restarting.", in: context)
    }
}
