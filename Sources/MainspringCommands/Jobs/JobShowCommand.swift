import ArgumentParser
import MainspringCore

struct JobShowCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a job with its arguments, its attempts, and its result or error.",
        discussion: """
            Examples:
              mainspring job show 019a3c5e-7c1f-7000-8000-000000000000
              mainspring job show report-2026-11-01 -o json
            """)

    @Argument(help: "The job's id.")
    var id: JobID

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let json = try await NodeClient.with(node, in: context) { try await $0.get("jobs", id.rawValue) }
        let job = try JobView(json)
        switch node.format {
        case .table: try show(job, in: context)
        case .json: try context.output.json(json, pretty: true)
        case .jsonl: try context.output.json(json)
        }
        return .success
    }

    private func show(_ job: JobView, in context: CommandContext) throws {
        let now = context.time.now()
        // How far it is has a line of its own.
        let detail =
            job.state == JobState.running.rawValue && job.time("cancel_requested_at") == nil ? "" : job.detail(now: now)
        var fields: [(String, String)] = [
            ("Job", job.id), ("Kind", job.kind), ("State", job.state + (detail.isEmpty ? "" : " (\(detail))")),
            ("Queue", "\(job.queue), priority \(job.text("priority"))"), ("Attempts", "\(job.attempts) used"),
            ("Progress", progress(of: job, now: now)),
            ("Rescues", rescues(of: job)), ("Arguments", job.json["args"]?.compactText ?? ""), ("Tags", tags(job)),
            ("Metadata", metadata(of: job)), ("Schedule", job.text("schedule")), ("Parent", job.text("parent")),
        ]
        for (title, name) in [
            ("Created", "created_at"), ("Due", "scheduled_at"), ("Started", "started_at"), ("Ended", "finished_at"),
            ("Deadline", "deadline"),
        ] {
            guard let time = job.time(name) else { continue }
            fields.append(
                (
                    title,
                    "\(time.rfc3339) (\(time > now ? "in \((time - now).forPeople)" : "\((now - time).forPeople) ago"))"
                ))
        }
        if let result = JobWaiter.resultText(job) { fields.append(("Result", result)) }
        if let failure = job.failure { fields.append(("Error", failure)) }
        if let detail = job.json["error"]?["detail"]?.string { fields.append(("", detail)) }
        let width = 11
        let lines = fields.filter { !$0.1.isEmpty }.map { title, text in
            let indented = text.split(separator: "\n", omittingEmptySubsequences: false)
                .joined(separator: "\n" + String(repeating: " ", count: width))
            return title + String(repeating: " ", count: width - title.count) + indented
        }
        try context.output.text(lines.joined(separator: "\n"))
        let attempts = job.json["attempts"]?.array ?? []
        guard !attempts.isEmpty else { return }
        try context.output.text("")
        try context.output.table(Self.table(attempts, now: now))
    }

    /// Of a job that has not come to its end, with the last sign of life.
    private func progress(of job: JobView, now: Timestamp) -> String {
        guard !job.isFinal else { return "" }
        let sign = job.time("heartbeat_at").map { "last sign of life \(max(.zero, now - $0).forPeople) ago" }
        return [job.progress, sign].compactMap(\.self).joined(separator: "; ")
    }

    private func rescues(of job: JobView) -> String {
        guard let count = job.json["rescues"]?.integer, count > 0 else { return "" }
        return "\(count) of at most \(job.json["max_rescues"]?.integer ?? 0)"
    }

    private func metadata(of job: JobView) -> String {
        (job.json["metadata"]?.object ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: "\n")
    }

    private func tags(_ job: JobView) -> String {
        (job.json["tags"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    }

    private static func table(_ attempts: [JSONValue], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("ATTEMPT", isRight: true), .init("NODE"), .init("STARTED"), .init("TOOK", isRight: true),
            .init("OUTCOME"),
            .init("ERROR"),
        ]
        return Table(
            columns,
            rows: attempts.map { attempt in
                let start = attempt["started_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
                let end = attempt["finished_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
                let outcome = attempt["outcome"]?.string ?? "running"
                return [
                    .init("\(attempt["number"]?.integer ?? 0)"), .init(attempt["node"]?.string ?? ""),
                    .init(start?.rfc3339 ?? ""),
                    .init(start.map { ((end ?? now) - $0).forPeople } ?? ""), .init(outcome, color(of: outcome)),
                    .init(JobView.failure(attempt["error"]) ?? ""),
                ]
            })
    }

    private static func color(of outcome: String) -> Table.Color? {
        switch outcome {
        case "success": .green
        case "running": .blue
        case "failure", "timeout", "discarded": .red
        default: .yellow
        }
    }
}
