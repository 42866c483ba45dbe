import ArgumentParser

struct ServiceStartCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start a service that has ended or was stopped, without waiting for its backoff.",
        discussion: """
            Example:
              mainspring service start feed
            """)

    @Argument(help: "The service's name.")
    var name: String

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.post("services", name, "start") }
        return try ActionOutput(node.format).show(answer, sentence: "The service \(name) is starting.", in: context)
    }
}
