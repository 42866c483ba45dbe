import Foundation
import MainspringCore
import MainspringStore
import MainspringTesting

/// Fills a store with jobs in every state, a node's that died among them.
struct StockedStore {
    let store: any JobStore
    private let owner = NodeIdentity(name: "old", incarnation: "1")
    private let begin = Timestamp(microseconds: 1_790_000_000_000_000)

    static let holder = UniqueHold(key: "held", states: [.scheduled, .available, .running, .retryable])
    private static let keepLast = UniqueHold(
        key: "last", states: [.pending, .scheduled, .available, .running, .retryable], onConflict: .keepLast)

    func job(_ id: String, due: Duration? = nil, unique: UniqueHold? = nil) -> NewJob {
        NewJob(
            record: JobRecord(
                id: JobID(rawValue: id)!, kind: "scan", queue: "default", state: due == nil ? .available : .scheduled,
                priority: .normal, arguments: #"{"id":"\#(id)"}"#, maxAttempts: 3, createdAt: begin,
                scheduledAt: due.map { begin + $0 } ?? begin, tags: ["t-\(id)"], unique: unique))
    }

    /// So many jobs, and a dozen more.
    func fill(_ count: Int) async throws {
        var random = SeededGenerator(seed: 1)
        try await insert([job("holder", unique: Self.keepLast)])
        let holder = try await claim(1)
        try await insert([job("follower", unique: Self.keepLast)])
        try await end(holder, &random) { _ in .failure(JobFailure(code: "exit_1", message: "again")) }
        // Of six jobs one each completes, fails, is discarded, is cancelled, has its time to come, and is in line.
        let ids = (0..<count).map { "job-\($0)" }
        let waiting = ids.enumerated().filter { $0.offset % 6 == 4 }.map { job($0.element, due: .seconds(90_000)) }
        try await insert(ids.enumerated().filter { $0.offset % 6 < 4 }.map { job($0.element) })
        try await insert(waiting)
        try await insert([job("held", due: .seconds(90_000), unique: Self.holder)])
        let cancelled = ids.enumerated().filter { $0.offset % 6 == 3 }.compactMap { JobID(rawValue: $0.element) }
        _ = try await store.cancel(cancelled, now: begin)
        while case let leases = try await claim(500), !leases.isEmpty {
            try await end(leases, &random) { lease in
                switch Int(lease.job.id.rawValue.dropFirst(4)).map({ $0 % 6 }) {
                case 0: .success(result: "[1]")
                case 1: .failure(JobFailure(code: "exit_1", message: "broken"))
                default: .discarded(JobFailure(code: "exit_65", message: "never"))
                }
            }
        }
        try await insert(ids.enumerated().filter { $0.offset % 6 == 5 }.map { job($0.element) })
        _ = try await claim(10)
        try await store.setPaused(true, queue: "reports")
    }

    private func insert(_ jobs: [NewJob]) async throws {
        _ = try await store.insert([jobs], now: begin)
    }

    private func claim(_ count: Int) async throws -> [Lease] {
        try await store.claim(
            ClaimRequest(
                owner: owner, demand: ["default": count], kinds: ["scan": 1], nonce: UUID().uuidString, now: begin,
                lease: .seconds(60)))
    }

    private func end(
        _ leases: [Lease], _ random: inout SeededGenerator, _ outcome: (Lease) -> JobOutcome
    ) async throws {
        _ = try await store.settle(
            leases.map { lease in
                Settlement(
                    lease: lease, outcome: outcome(lease), policy: RetryPolicy(),
                    output: AttemptOutput(standardOutput: Array("of \(lease.job.id)".utf8)), node: "old",
                    startedAt: begin, now: begin + .seconds(1), cancelRequested: false, using: &random)
            })
    }
}

/// All that a move takes along, newest job first.
struct StoreImage: Equatable {
    var jobs: [JobRecord] = []
    var attempts: [JobID: [AttemptRecord]] = [:]
    var outputs: [JobID: [AttemptLog]] = [:]
    var paused: [String] = []

    static func of(_ store: any JobStore) async throws -> StoreImage {
        var image = StoreImage()
        var query = JobQuery(limit: StoreLimits.page)
        repeat {
            let page = try await store.jobs(matching: query)
            image.jobs += page.jobs
            query.cursor = page.next
        } while query.cursor != nil
        for job in image.jobs where job.startedAt != nil {
            image.attempts[job.id] = try await store.attempts(of: job.id)
            image.outputs[job.id] = try await store.outputs(of: job.id)
        }
        image.paused = try await store.queues().filter(\.isPaused).map(\.name)
        return image
    }

    static func count(_ store: any JobStore) async throws -> Int {
        try await store.queues().reduce(0) { $0 + $1.counts.values.reduce(0, +) }
    }
}
