import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// Takes everything from one store to another: jobs with their histories, paused queues, the last instants of schedules.
///
/// Jobs go oldest first, so that one that waits for another comes behind it. A job that is there already is passed over: a
/// move that was cut off can begin again, and ends in the same state. The source keeps all that it has; only jobs whose owner
/// died are taken back there first.
struct StoreMove: Sendable {
    let source: any JobStore
    let target: any JobStore
    let time: any TimeSource
    let ids: any IDSource
    /// Told after each step, with what is done so far.
    var progress: @Sendable (StoreMoveTally) async -> Void = { _ in }

    static let pageSize = 500
    /// Histories read at once, and steps of the target at a time.
    private static let reads = 16
    static let batchSize = 100
    private static let batchBytes = 1 << 20
    private static let lease: Duration = .seconds(60)

    /// Throws `locked` while a live node uses one of them, and what the stores throw; what was moved by then stays.
    func run() async throws -> StoreMoveTally {
        var tally = StoreMoveTally()
        let mover = Mover(name: "store-move", incarnation: ids.nonce(), lease: Self.lease, time: time)
        try await mover.enter(target)
        do {
            let term = try await mover.enter(source)
            tally.reclaimed = try await reclaim(under: term)
            try await moveQueues(&tally)
            try await moveSchedules(&tally)
            try await moveJobs(&tally) {
                try await mover.enter(source)
                try await mover.enter(target)
            }
        } catch {
            await mover.leave([source, target])
            throw error
        }
        await mover.leave([source, target])
        return tally
    }

    private func reclaim(under term: Term?) async throws -> Int {
        guard let term else {
            throw MainspringError(.locked, "another node leads the source", hint: "Stop it, then try again.")
        }
        var count = 0
        while true {
            let jobs = try await source.reclaim(under: term, now: time.now(), limit: StoreLimits.page)
            count += jobs.count
            if jobs.isEmpty { return count }
        }
    }

    private func moveQueues(_ tally: inout StoreMoveTally) async throws {
        for queue in try await source.queues() where queue.isPaused {
            try await target.setPaused(true, queue: queue.name)
            tally.pausedQueues += 1
        }
    }

    private func moveSchedules(_ tally: inout StoreMoveTally) async throws {
        let fired = try await source.lastOccurrences()
        guard !fired.isEmpty else { return }
        _ = try await target.restore([], fired: fired, now: time.now())
        tally.schedules = fired.count
    }

    // MARK: Jobs

    /// Pages come newest first, so their places are looked up before the oldest is read. When somebody added a job meanwhile,
    /// all is looked through again.
    private func moveJobs(_ tally: inout StoreMoveTally, stillAlone: () async throws -> Void) async throws {
        while true {
            let newest = try await newest()
            tally.jobs = 0
            for cursor in try await pages().reversed() {
                try await stillAlone()
                let page = try await source.jobs(matching: JobQuery(cursor: cursor, limit: Self.pageSize))
                try await move(page.jobs.reversed(), &tally)
            }
            if try await self.newest() == newest { return }
        }
    }

    private func newest() async throws -> JobID? {
        try await source.jobs(matching: JobQuery(limit: 1)).jobs.first?.id
    }

    private func pages() async throws -> [JobCursor?] {
        var cursors: [JobCursor?] = [nil]
        while let next = try await source.jobs(matching: JobQuery(cursor: cursors.last ?? nil, limit: Self.pageSize))
            .next
        {
            cursors.append(next)
        }
        return cursors
    }

    private func move(_ jobs: [JobRecord], _ tally: inout StoreMoveTally) async throws {
        if let running = jobs.first(where: { $0.state == .running }) {
            throw MainspringError(
                .locked, "the job \(running.id) began to run during the move",
                hint: "Stop every node of the source, then try again: the move goes on where it was.")
        }
        let snapshots = try await jobs.mapConcurrently(limit: Self.reads) { try await snapshot($0) }.map {
            try $0.get()
        }
        var rest = snapshots[...]
        while !rest.isEmpty {
            var bytes = 0
            let batch = rest.prefix(Self.batchSize).prefix { snapshot in
                defer { bytes += snapshot.roughSize }
                return bytes < Self.batchBytes
            }
            rest = rest.dropFirst(batch.count)
            tally.add(try await target.restore(Array(batch), fired: [:], now: time.now()))
            await progress(tally)
        }
    }

    private func snapshot(_ job: JobRecord) async throws -> JobSnapshot {
        guard job.startedAt != nil else { return JobSnapshot(record: job) }
        var logs = try await source.outputs(of: job.id)
        let attempts = try await source.attempts(of: job.id) ?? []
        return JobSnapshot(
            record: job,
            attempts: attempts.filter { $0.outcome != nil }.map { attempt in
                let place = logs.firstIndex { $0.number == attempt.number && $0.startedAt == attempt.startedAt }
                return .init(record: attempt, output: place.map { logs.remove(at: $0).output } ?? AttemptOutput())
            })
    }
}

extension JobSnapshot {
    /// Bytes, without the small change.
    fileprivate var roughSize: Int {
        attempts.reduce(record.arguments.utf8.count + (record.result?.utf8.count ?? 0) + 512) { sum, attempt in
            sum + 128 + attempt.output.standardOutput.count + attempt.output.standardError.count
        }
    }
}
