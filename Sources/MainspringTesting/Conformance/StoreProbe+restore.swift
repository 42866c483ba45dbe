import MainspringCore
import MainspringStore

extension StoreProbe {
    @discardableResult
    func restore(_ jobs: JobSnapshot..., now: Double = 1) async throws -> [RestoreResult] {
        try await store.restore(jobs, fired: [:], now: at(now))
    }

    func ended(
        _ number: Int, _ outcome: JobOutcome.Name = .failure, output: AttemptOutput = .init()
    ) -> JobSnapshot.EndedAttempt {
        JobSnapshot.EndedAttempt(
            record: AttemptRecord(
                number: number, node: "alice", startedAt: at(Double(number)),
                finishedAt: at(Double(number) + 0.5), outcome: outcome,
                error: outcome == .failure ? Self.broken : nil),
            output: output)
    }

    /// A job with something in every field that one at rest in its state may have.
    func full(_ state: JobState) throws -> JobSnapshot {
        var record = try new(
            "full", version: 3, queue: "reports", now: 0.25, due: state.isFinal ? nil : 90, priority: .high,
            arguments: #"{"x":[1,"ü"]}"#, maxAttempts: 9, maxRescues: 7, tags: ["b", "a"], metadata: ["trace": "00-1"],
            unique: UniqueHold(
                key: "k", states: Set(JobState.allCases), until: at(1000), onConflict: .throttle),
            schedule: "nightly", deadline: 5000
        ).record
        record.state = state
        record.attempt = 3
        record.snoozes = 1
        record.rescues = 1
        record.startedAt = at(5)
        record.error = JobFailure(code: "exit_2", message: "broken", detail: "line 7")
        record.parent = try id("parent")
        record.progress = JobProgress(fraction: 0.75, message: "nearly")
        record.heartbeatAt = at(5.25)
        if state.isFinal {
            record.finishedAt = at(6)
            record.result = #"{"n":1}"#
        }
        if state == .cancelled { record.cancelRequestedAt = at(5.5) }
        let output = AttemptOutput(standardOutput: [1, 0, 255], standardError: [10], droppedBytes: 12)
        return JobSnapshot(
            record: record,
            attempts: [
                ended(1, output: output), ended(2, .timeout), ended(3, .snoozed),
                ended(3, .interrupted), ended(3, output: .init(standardError: [9])),
            ])
    }
}
