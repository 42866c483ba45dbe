import ArgumentParser
import MainspringCore

struct JobCancelCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel jobs that have not ended.",
        discussion: """
            A waiting job is cancelled at once; a running one is asked to stop, and its command gets TERM, then KILL.

            Examples:
              mainspring job cancel 019a3c5e-7c1f-7000-8000-000000000000
              mainspring job cancel report-2026-11-01 report-2026-11-02
            """)

    @Argument(help: "The jobs' ids.")
    var ids: [JobID]

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        try await JobActions(verb: "cancel", ids: ids, node: node).run(in: context)
    }
}
