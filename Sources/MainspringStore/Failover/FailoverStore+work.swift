public import MainspringCore
import Synchronization

extension FailoverStore {
    public func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try StoreChecks.check(settlements)
        let generation = state.withLock { $0.machine.workGoesToServer ? $0.machine.generation : nil }
        guard whileAway == .run, settlements.contains(where: { LocalJobs.isLocal($0.token) }) else {
            return try await exchange(settlements, claiming: request, in: generation)
        }
        let ended = try await endHere(settlements.filter { LocalJobs.isLocal($0.token) })
        let others = settlements.filter { !LocalJobs.isLocal($0.token) }
        let exchange = try await exchange(others, claiming: request, in: generation)
        var here = ended.makeIterator()
        var there = exchange.settled.makeIterator()
        let settled = settlements.map { (LocalJobs.isLocal($0.token) ? here.next() : there.next()) ?? .stale }
        return Exchange(settled: settled, leases: exchange.leases)
    }

    private func exchange(
        _ settlements: [Settlement], claiming request: ClaimRequest?, in generation: Int?
    ) async throws -> Exchange {
        if let generation {
            do {
                let answer = try await primary.exchange(settlements, claiming: request.map(asking))
                acknowledged(settlements, answer.settled)
                return answer
            } catch {
                guard let reason = FailoverReason(error) else { throw error }
                let now = time.monotonic()
                step { state in
                    if let request, reason == .unreachable { state.unanswered.updateValue(nil, forKey: request.nonce) }
                    state.machine.appendBegan()
                    state.machine.failed(reason, in: generation, at: now)
                }
                defer { step { $0.machine.appendEnded() } }
                return Exchange(settled: try await endLater(settlements), leases: [])
            }
        }
        step { $0.machine.appendBegan() }
        defer { step { $0.machine.appendEnded() } }
        let settled = try await endLater(settlements)
        guard let request else { return Exchange(settled: settled) }
        return Exchange(settled: settled, leases: try await claimHere(request))
    }

    private func acknowledged(_ settlements: [Settlement], _ results: [SettleResult]) {
        let written =
            results.contains(.stale)
            ? zip(settlements, results).filter { $1 != .stale }.map(\.0) : settlements
        acknowledged { $0.add(written, at: $1) }
    }

    /// The request, and the question for what earlier ones got.
    private func asking(_ request: ClaimRequest) -> ClaimRequest {
        let now = time.monotonic()
        return state.withLock { state in
            guard !state.unanswered.isEmpty else { return request }
            state.unanswered = state.unanswered.filter { $0.value.map { $0 > now } ?? true }
            var request = request
            request.unanswered = Set(state.unanswered.keys)
            return request
        }
    }

    /// Into the spool: as far as this node can tell, what was told to it holds.
    private func endLater(_ settlements: [Settlement]) async throws -> [SettleResult] {
        guard !settlements.isEmpty else { return [] }
        do {
            _ = try await spool.append(settlements.map { .end($0) }, now: time.now())
        } catch {
            step { $0.status.problem = error as? MainspringError }
            throw error
        }
        return settlements.map { .settled($0.nextState) }
    }

    // MARK: Spooled jobs that run here

    private func claimHere(_ request: ClaimRequest) async throws -> [Lease] {
        let leases = state.withLock { state in
            guard whileAway == .run, state.machine.stage == .spooling, spool.tally.hasRoom(spool.bounds) else {
                return [] as [Lease]
            }
            return state.jobs.local.claim(request)
        }
        guard !leases.isEmpty else { return [] }
        do {
            // Before it runs: a node that dies of a job knows it in its next life.
            try await note(leases.map { .started($0.job.id, node: request.owner.name, at: request.now) })
            return leases
        } catch {
            step { $0.jobs.local.giveBack(leases, now: request.now) }
            throw error
        }
    }

    private func endHere(_ settlements: [Settlement]) async throws -> [SettleResult] {
        let holding = state.withLock { state in settlements.filter { state.jobs.local.holds($0.token) } }
        step { $0.machine.appendBegan() }
        defer { step { $0.machine.appendEnded() } }
        try await note(holding.map { .ended($0) })
        return step { state in
            // What stood still because this ran can go on.
            state.cursor = 0
            return state.jobs.local.settle(settlements)
        }
    }

    private func note(_ notes: [SpoolNote]) async throws {
        let numbers = try await spool.append(notes.map { .note($0) }, now: time.now())
        step { state in
            for (note, number) in zip(notes, numbers) { state.jobs.noted(note.id, as: number) }
        }
    }

    // MARK: Leases

    public func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        let local = tokens.filter(LocalJobs.isLocal)
        let others = tokens.filter { !LocalJobs.isLocal($0) }
        var renewal = state.withLock { $0.jobs.local.renew(local) }
        guard !others.isEmpty else { return renewal }
        let answer = try await ask {
            try await primary.renew(others, lease: lease)
        } away: {
            Renewal()
        }
        renewal.lost.formUnion(answer.lost)
        renewal.cancelRequested.formUnion(answer.cancelRequested)
        return renewal
    }

    /// What is told while the server is away is dropped; the attempt's end tells it again.
    public func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        let others = reports.filter { !LocalJobs.isLocal($0.token) }
        var there =
            try await others.isEmpty
            ? []
            : ask {
                try await primary.report(others, now: now)
            } away: {
                others.map { _ in .recorded(cancelRequested: false) }
            }
        return state.withLock { state in
            reports.map { report in
                if LocalJobs.isLocal(report.token) {
                    return state.jobs.local.report([report], now: now).first ?? .stale
                }
                return there.isEmpty ? .stale : there.removeFirst()
            }
        }
    }

    // MARK: People ask

    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        let here = state.withLock { state in Set(ids.filter(state.jobs.contains)) }
        guard !here.isEmpty else { return try await ask { try await primary.cancel(ids, now: now) } }
        let others = ids.filter { !here.contains($0) }
        // First what may fail.
        var there = try await others.isEmpty ? [] : ask { try await primary.cancel(others, now: now) }
        var results: [CancelResult] = []
        for id in ids {
            if here.contains(id) {
                results.append(try await cancelHere(id, now: now))
            } else {
                results.append(there.removeFirst())
            }
        }
        return results
    }

    private func cancelHere(_ id: JobID, now: Timestamp) async throws -> CancelResult {
        guard var record = try await spooled(id) else {
            return try await ask { try await primary.cancel([id], now: now).first ?? .notFound }
        }
        if record.state.isFinal { return .alreadyFinal(record) }
        let isMoving = step { state in
            state.machine.appendBegan()
            return state.jobs.moving.contains(id)
        }
        defer { step { $0.machine.appendEnded() } }
        guard !isMoving else {
            throw MainspringError(
                .storeBusy, "the job \(id) is on its way from the spool to the store", hint: "Try again.",
                retryAfter: .seconds(1))
        }
        try await note([.cancelled(id, at: now)])
        record.cancelRequestedAt = now
        return step { state in
            if state.jobs.local.record(id) != nil { return state.jobs.local.cancel(id, now: now) }
            record.state = .cancelled
            record.finishedAt = now
            state.jobs.change(JobSnapshot(record: record, attempts: state.jobs.changes[id]?.attempts ?? []))
            return .cancelled(record)
        }
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await ask { try await primary.retry(id, now: now) }
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        try await ask { try await primary.setPaused(paused, queue: queue) }
    }

    public func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try await ask { try await primary.restore(jobs, fired: fired, now: now) }
    }

    // MARK: Asking the server

    /// Asks it while work goes to it; else, and when it turns out to be away, the answer is `away`'s.
    func ask<Value>(
        isRead: Bool = false, _ body: () async throws -> Value, away: () throws -> Value
    ) async throws -> Value {
        let generation: Int? = state.withLock { state in
            let goes = isRead ? state.machine.readsGoToServer : state.machine.workGoesToServer
            return goes ? state.machine.generation : nil
        }
        guard let generation else { return try away() }
        do {
            return try await body()
        } catch {
            guard let reason = FailoverReason(error) else { throw error }
            failed(reason, in: generation)
            return try away()
        }
    }

    func ask<Value>(isRead: Bool = false, _ body: () async throws -> Value) async throws -> Value {
        try await ask(isRead: isRead, body) { throw away }
    }

    private var away: MainspringError {
        let status = status
        return MainspringError(
            .storeUnreachable,
            "the store is away since \(status.since.rfc3339) (\(status.reason?.rawValue ?? "unknown"))",
            hint: "New jobs and the ends of attempts are kept in the spool meanwhile; try again when it is back.",
            retryAfter: .seconds(5))
    }
}
