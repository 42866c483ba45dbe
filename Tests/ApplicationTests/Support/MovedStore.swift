import Foundation
import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting

/// A store with jobs in many states.
struct MovedStore {
    let store: MemoryJobStore
    let time: ManualTime
    private let owner = NodeIdentity(name: "old", incarnation: "1")

    init(time: ManualTime) {
        self.time = time
        store = MemoryJobStore(time: time)
    }

    func insert(
        _ id: String, due: Duration? = nil, priority: JobPriority = .normal, unique: UniqueHold? = nil,
        occurrence: ScheduleOccurrence? = nil
    ) async throws {
        let now = time.now()
        let record = JobRecord(
            id: JobID(rawValue: id)!, kind: "scan", queue: "default", state: due == nil ? .available : .scheduled,
            priority: priority, arguments: #"{"id":"\#(id)"}"#, maxAttempts: 3, createdAt: now,
            scheduledAt: due.map { now + $0 } ?? now, tags: ["t-\(id)"], unique: unique, schedule: occurrence?.schedule)
        _ = try await store.insert([[NewJob(record: record, occurrence: occurrence)]], now: now)
    }

    func claim(_ count: Int) async throws -> [Lease] {
        try await store.claim(
            ClaimRequest(
                owner: owner, demand: ["default": count], kinds: ["scan": 1], nonce: UUID().uuidString, now: time.now(),
                lease: .seconds(60)))
    }

    func end(_ lease: Lease, _ outcome: JobOutcome) async throws {
        var random = SeededGenerator(seed: 1)
        let settlement = Settlement(
            lease: lease, outcome: outcome, policy: RetryPolicy(),
            output: AttemptOutput(standardOutput: Array("of \(lease.job.id)".utf8), droppedBytes: 3), node: "old",
            startedAt: time.now(), now: time.now() + .seconds(1), cancelRequested: false, using: &random)
        _ = try await store.settle([settlement])
    }

    /// Jobs that ended, failed, wait for their time, for another, and in line; `extra` more of the last.
    func fill(extra: Int = 0) async throws {
        let keepLast = UniqueHold(
            key: "last", states: [.pending, .scheduled, .available, .running, .retryable], onConflict: .keepLast)
        try await insert("done")
        try await end(try await claim(1)[0], .success(result: "[1]"))
        try await insert("failed")
        try await end(try await claim(1)[0], .failure(JobFailure(code: "exit_1", message: "broken")))
        try await insert("gone")
        try await end(try await claim(1)[0], .discarded(JobFailure(code: "exit_65", message: "never")))
        try await insert("holder", unique: keepLast)
        let holder = try await claim(1)[0]
        try await insert("follower", unique: keepLast)
        try await end(holder, .failure(JobFailure(code: "exit_1", message: "again")))
        let period = UniqueHold(
            key: "p", states: Set(JobState.allCases), until: time.now() + .seconds(3600), onConflict: .throttle)
        try await insert("once", unique: period)
        try await insert("cancelled")
        _ = try await store.cancel([JobID(rawValue: "cancelled")!], now: time.now())
        try await insert("later", due: .seconds(500))
        let occurrence = ScheduleOccurrence(schedule: "s", instant: time.now(), skipsOverlap: false)
        try await insert("planned", occurrence: occurrence)
        for number in 0..<extra { try await insert("extra-\(number)") }
        try await insert("urgent", priority: .critical)
        try await insert("idle", priority: .low)
        try await store.setPaused(true, queue: "reports")
        try await store.setPaused(false, queue: "other")
    }

    /// In which a store hands out what is in line.
    static func order(_ store: any JobStore) async throws -> [JobID] {
        let owner = NodeIdentity(name: "next", incarnation: "1")
        return try await store.claim(
            ClaimRequest(
                owner: owner, demand: ["default": 1000], kinds: ["scan": 1], nonce: "order",
                now: Timestamp(microseconds: 1_800_000_000_000_000), lease: .seconds(60))
        ).map(\.job.id)
    }
}

/// All that a move takes along.
struct StoreContent: Equatable {
    var jobs: [JobRecord] = []
    var attempts: [[AttemptRecord]] = []
    var outputs: [[AttemptLog]] = []
    var paused: [String] = []
    var fired: [String: Timestamp] = [:]

    static func of(_ store: any JobStore) async throws -> StoreContent {
        var content = StoreContent()
        content.jobs = try await store.jobs(matching: JobQuery(limit: StoreLimits.page)).jobs
        for job in content.jobs {
            content.attempts.append(try await store.attempts(of: job.id) ?? [])
            content.outputs.append(try await store.outputs(of: job.id))
        }
        content.paused = try await store.queues().filter(\.isPaused).map(\.name)
        content.fired = try await store.lastOccurrences()
        return content
    }
}

/// A folder of its own, removed when it goes.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("mainspring-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
    func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    }
    func folder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    }
}

extension Array {
    func asyncMap<Output>(_ body: (Element) async throws -> Output) async rethrows -> [Output] {
        var outputs: [Output] = []
        for element in self { outputs.append(try await body(element)) }
        return outputs
    }
}
