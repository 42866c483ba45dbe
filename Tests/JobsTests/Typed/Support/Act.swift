import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringTesting

/// A job whose work the test gives. One retry, after exactly 10 s; a second of patience.
struct Act: Job {
    typealias Body = @Sendable @concurrent (Act, JobContext) async throws -> String

    static let kind = "act"
    static let options = JobOptions(
        timeout: .seconds(60), retry: .custom([.seconds(10)]), tags: ["typed"], patience: .seconds(1))

    var name = "one"
    var size: Int?

    @concurrent func run(_ context: JobContext) async throws -> String {
        try await context[Script.self].body(self, context)
    }

    static func retry(after error: any Error, attempts: Int) -> JobRetry {
        switch error {
        case Fault.hopeless: .never
        case Fault.later: .after(.seconds(attempts * 100))
        default: .byPolicy
        }
    }

    struct Script: Sendable {
        let body: Body
    }
}

enum Fault: Error {
    case hopeless, later, plain
}

/// Runs jobs of the kind `act`, whose work is `work`, in virtual time.
func withActs(
    time: ManualTime = ManualTime(), workers: Int = 10, _ work: @escaping Act.Body = { act, _ in act.name },
    _ body: (TestJobs, ManualTime) async throws -> Void
) async throws {
    try await withTestJobs(
        Act.self, queues: ["default": QueueOptions(workers: workers)],
        provided: [ProvidedResource(Act.Script.self) { _ in Act.Script(body: work) }], time: time
    ) { jobs in try await body(jobs, time) }
}

extension TestJobs {
    /// Suspends until an attempt of the job has been settled so many times, and answers with the last.
    @discardableResult
    func settled(_ id: JobID, times: Int = 1) async -> Settlement? {
        let events = await events.first(times) { event in
            if case .job(.settled(let settlement, _)) = event { settlement.id == id } else { false }
        }
        guard case .job(.settled(let settlement, _)) = events.last else { return nil }
        return settlement
    }
}
