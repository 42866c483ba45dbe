import ArgumentParser
import MainspringCore

struct JobWaitCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for the end of a job and print its result.",
        discussion: """
            It exits 0 when the job completed, 11 cancelled, 12 discarded. When --timeout is over first it exits 10 if the \
            job waits for another attempt after a failed one, else 124.

            Examples:
              mainspring job wait 019a3c5e-7c1f-7000-8000-000000000000
              mainspring job wait report-2026-11-01 --timeout 5m
            """)

    @Argument(help: "The job's id.")
    var id: JobID

    @Option(help: ArgumentHelp("Give up after this time, for instance 5m; by default never.", valueName: "duration"))
    var timeout: DurationOption?

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        try await NodeClient.with(node, in: context) { client in
            let job = try JobView(try await client.get("jobs", id.rawValue))
            return try await JobWaiter(client: client, context: context, format: node.format)
                .wait(for: job, within: timeout?.value)
        }
    }
}
