import ArgumentParser
import MainspringCore

struct JobListCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List jobs, the newest first.",
        discussion: """
            A query is made of NAME:VALUE terms, all of which must hold; values separated by commas are alternatives: \
            kind, state, queue, tag. States: pending, scheduled, available, running, retryable, completed, cancelled, \
            discarded.

            Examples:
              mainspring job ls
              mainspring job ls kind:scan state:retryable,discarded --limit 200
              mainspring job ls queue:reports -o jsonl
            """)

    private static let pageSize = 200

    @Argument(help: "Terms of the query.")
    var query: [String] = []

    @Option(help: "List at most this many jobs.")
    var limit = 50

    @OptionGroup var node: NodeOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000.") }
    }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let (jobs, next) = try await NodeClient.with(node, in: context) { try await fetch($0) }
        switch node.format {
        case .table: try context.output.table(Self.table(jobs, now: context.time.now()))
        case .json:
            try context.output.json(["data": .array(jobs), "next": next.map { .string($0) } ?? .null], pretty: true)
        case .jsonl: for job in jobs { try context.output.json(job) }
        }
        if node.format == .table, next != nil { try context.note("There are more; --limit shows them.") }
        return .success
    }

    private func fetch(_ client: NodeClient) async throws -> (jobs: [JSONValue], next: String?) {
        var jobs: [JSONValue] = []
        var cursor: String?
        repeat {
            var parameters = [("limit", "\(min(limit - jobs.count, Self.pageSize))")]
            if !query.isEmpty { parameters.append(("q", query.joined(separator: " "))) }
            if let cursor { parameters.append(("cursor", cursor)) }
            let page = try await client.get("jobs", query: parameters)
            let items = page["data"]?.array ?? []
            jobs += items
            cursor = items.isEmpty ? nil : page["next"]?.string
        } while cursor != nil && jobs.count < limit
        return (jobs, cursor)
    }

    static func table(_ jobs: [JSONValue], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("ID", isWhole: true), .init("KIND"), .init("STATE"), .init("QUEUE"), .init("ATTEMPTS"),
            .init("AGE", isRight: true),
            .init("DETAIL"),
        ]
        let rows = jobs.compactMap { try? JobView($0) }.map { job -> [Table.Cell] in
            [
                .init(job.id), .init(job.kind), .init(job.state, JobView.color(ofState: job.state)), .init(job.queue),
                .init(job.attempts), .init(job.time("created_at").map { (now - $0).forPeople } ?? ""),
                .init(job.detail(now: now), .gray),
            ]
        }
        return Table(columns, rows: rows)
    }
}
