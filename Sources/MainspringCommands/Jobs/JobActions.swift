import MainspringCore

/// One verb for several jobs: each is tried, and the failures are told by id.
struct JobActions {
    let verb: String
    let ids: [JobID]
    let node: NodeOptions

    /// The exit code of the only job; of several, 1 when one failed. An unreachable node ends it at once.
    func run(in context: CommandContext) async throws -> ExitStatus {
        let (jobs, refusals) = try await NodeClient.with(node, in: context) { client in
            var jobs: [JSONValue] = []
            var refusals: [(JobID, NodeRefusal)] = []
            for id in ids {
                do {
                    jobs.append(try await client.post("jobs", id.rawValue, verb))
                } catch let refusal as NodeRefusal where ids.count > 1 {
                    refusals.append((id, refusal))
                }
            }
            return (jobs, refusals)
        }
        try show(jobs, in: context)
        for (id, refusal) in refusals { try context.note("Error: \(id): \(refusal.message)") }
        guard !refusals.isEmpty else { return .success }
        try context.note("Hint: \(refusals.count) of \(ids.count) failed; see them with 'mainspring job show ID'.")
        return .failed
    }

    private func show(_ jobs: [JSONValue], in context: CommandContext) throws {
        switch node.format {
        case .table:
            let rows = try jobs.map { try JobView($0) }.map { job -> [Table.Cell] in
                let detail = job.detail(now: context.time.now())
                return [.init(job.id), .init(job.state, JobView.color(ofState: job.state)), .init(detail, .gray)]
            }
            if !rows.isEmpty {
                try context.output.table(
                    Table([.init("ID", isWhole: true), .init("STATE"), .init("DETAIL")], rows: rows))
            }
        case .json: try context.output.json(.array(jobs), pretty: true)
        case .jsonl: for job in jobs { try context.output.json(job) }
        }
    }
}
