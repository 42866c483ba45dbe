import ArgumentParser

struct RunCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a node until it is stopped.",
        discussion: """
            SIGTERM or Ctrl-C stops it cleanly; a second signal forces. It exits 0 after a clean stop, 1 after a fatal \
            error, 124 when a child had to be killed or a task abandoned.

            Examples:
              mainspring run
              mainspring run market.yaml --queues default,reports
            """)

    @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "mainspring.yaml"

    @Option(help: ArgumentHelp("Work on these queues only, separated by commas.", valueName: "a,b"))
    var queues: String?

    @Option(help: ArgumentHelp("The state folder; overrides the file's.", valueName: "dir"), completion: .directory)
    var state: String?

    var isInterruptible: Bool { false }

    func validate() throws {
        if let names = queueNames, names.isEmpty || names.contains("") {
            throw ValidationError("--queues takes names separated by commas, for instance 'default,reports'.")
        }
    }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let flags = state.map { ["state": context.absolute($0)] } ?? [:]
        let source = ConfigurationSource(
            path: config, directory: context.directory, environment: context.environment, flags: flags)
        return try await context.program.run(RunRequest(configuration: source, queues: queueNames))
    }

    private var queueNames: [String]? {
        queues?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
