import MainspringCore

/// Waits until a job has ended, prints its result, and says how it ended by the exit code.
struct JobWaiter {
    /// One request waits at most this long, so that no proxy between cuts it.
    static let requestTime: Duration = .seconds(20)
    /// Between two questions to a node that answers at once.
    static let pause: Duration = .milliseconds(250)

    let client: NodeClient
    let context: CommandContext
    let format: OutputFormat

    /// `within` nil: for as long as it takes.
    func wait(for job: JobView, within: Duration?) async throws -> ExitStatus {
        do {
            return try finish(try await poll(job, until: within.map { context.time.monotonic() + $0 }))
        } catch let error as CancellationError {
            try context.note("\nThe job goes on. To wait again: mainspring job wait \(job.id)")
            throw error
        }
    }

    private func poll(_ first: JobView, until deadline: MonotonicInstant?) async throws -> JobView {
        var job = first
        while !job.isFinal {
            let start = context.time.monotonic()
            let left = deadline.map { $0 - start } ?? Self.requestTime
            guard left > .zero else { return job }
            let patience = min(left, Self.requestTime)
            job = try JobView(try await client.get("jobs", job.id, query: [("wait", patience.text)], waiting: patience))
            let spent = context.time.monotonic() - start
            if !job.isFinal, spent < Self.pause { try await context.time.sleep(for: min(left, Self.pause) - spent) }
        }
        return job
    }

    private func finish(_ job: JobView) throws -> ExitStatus {
        switch format {
        case .table: if let result = Self.resultText(job) { try context.output.text(result) }
        case .json: try context.output.json(job.json, pretty: true)
        case .jsonl: try context.output.json(job.json)
        }
        let status = Self.status(of: job)
        if status != .success { try context.note(Self.sentence(job, status)) }
        return status
    }

    /// Text as it is, anything else as JSON on one line; nil for none.
    static func resultText(_ job: JobView) -> String? {
        switch job.json["result"] {
        case nil, .null: nil
        case .string(let text): text
        case .some(let value): value.compactText
        }
    }

    static func status(of job: JobView) -> ExitStatus {
        switch JobState(rawValue: job.state) {
        case .completed: .success
        case .cancelled: .jobCancelled
        case .discarded: .jobDiscarded
        case .retryable: .jobFailed
        default: .timedOut
        }
    }

    private static func sentence(_ job: JobView, _ status: ExitStatus) -> String {
        let reason = job.failure.map { ": \($0)" } ?? ""
        switch status {
        case .jobCancelled: return "The job \(job.id) was cancelled\(reason)."
        case .jobDiscarded:
            return "The job \(job.id) was discarded after \(job.attempts) attempts\(reason).\n"
                + "Hint: mainspring job logs \(job.id) shows its output; mainspring job retry \(job.id) runs it again."
        case .jobFailed:
            return "The job \(job.id) failed and waits for another attempt (\(job.attempts))\(reason).\n"
                + "Hint: to wait on: mainspring job wait \(job.id)"
        default:
            return
                "The time is over; the job \(job.id) is \(job.state).\nHint: to wait on: mainspring job wait \(job.id)"
        }
    }
}
