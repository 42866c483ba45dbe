import ArgumentParser
import MainspringCore

struct JobLogsCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what the attempts of a job wrote.",
        discussion: """
            Control characters are shown, not sent to the terminal; -o json has the text as it was written.

            Examples:
              mainspring job logs 019a3c5e-7c1f-7000-8000-000000000000
              mainspring job logs report-2026-11-01 --attempt 2
            """)

    @Argument(help: "The job's id.")
    var id: JobID

    @Option(help: "Only attempts of this number.")
    var attempt: Int?

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.get("jobs", id.rawValue, "logs") }
        let logs = (answer["data"]?.array ?? []).filter {
            attempt == nil || $0["number"]?.integer == attempt.map(Int64.init)
        }
        switch node.format {
        case .table: for log in logs { try show(log, in: context) }
        case .json: try context.output.json(["data": .array(logs), "next": .null], pretty: true)
        case .jsonl: for log in logs { try context.output.json(log) }
        }
        guard logs.isEmpty, node.format == .table else { return .success }
        guard let attempt else {
            try context.note("The job has written nothing yet.")
            return .success
        }
        throw MainspringError(
            .notFound, "nothing is kept of an attempt \(attempt)", hint: "See its attempts: mainspring job show \(id)")
    }

    private func show(_ log: JSONValue, in context: CommandContext) throws {
        let number = log["number"]?.integer ?? 0
        let started = log["started_at"]?.string ?? ""
        let dropped = log["dropped_bytes"]?.integer ?? 0
        let note = dropped > 0 ? ", without its first \(dropped) bytes" : ""
        for (name, title) in [("stdout", "standard output"), ("stderr", "standard error")] {
            guard let text = log[name]?.string, !text.isEmpty else { continue }
            try context.output.text("── attempt \(number), \(started), \(title)\(note)")
            try context.output.text(text)
        }
    }
}
