import ArgumentParser
import MainspringCore

struct JobRetryCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Make jobs available again: discarded, cancelled, or waiting for a later attempt.",
        discussion: """
            Examples:
              mainspring job retry 019a3c5e-7c1f-7000-8000-000000000000
              mainspring job retry report-2026-11-01 report-2026-11-02
            """)

    @Argument(help: "The jobs' ids.")
    var ids: [JobID]

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        try await JobActions(verb: "retry", ids: ids, node: node).run(in: context)
    }
}
