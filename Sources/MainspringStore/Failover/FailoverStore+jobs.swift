public import MainspringCore
import Synchronization

extension FailoverStore {
    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        while true {
            let (route, generation, epoch) = state.withLock { state in
                if state.machine.jobsGo == .spool { state.machine.appendBegan() }
                return (state.machine.jobsGo, state.machine.generation, state.machine.epoch)
            }
            switch route {
            case .wait: await opened()
            case .spool: return try await append(groups, mayBeThere: false, now: now)
            case .server:
                let reason: FailoverReason
                do {
                    let limit = Self.patience * (1 + groups.reduce(0) { $0 + $1.count } / 1000)
                    let answer = try await deadline.answer(within: limit) { [primary] in
                        try await primary.insert(groups, now: now)
                    }
                    if let answer {
                        if let doubtful = acknowledged(groups, answer, by: epoch) {
                            step { $0.machine.appendBegan() }
                            // What the spool refuses is as safe as any write to a server that restarts.
                            _ = try? await append(doubtful, mayBeThere: true, now: now)
                        }
                        return answer
                    }
                    reason = .slow
                } catch {
                    guard let known = FailoverReason(error) else { throw error }
                    reason = known
                }
                let instant = time.monotonic()
                step { state in
                    state.machine.appendBegan()
                    state.machine.failed(reason, in: generation, at: instant)
                }
                return try await append(groups, mayBeThere: reason == .slow || reason == .unreachable, now: now)
            }
        }
    }

    /// The server may lose what it has acknowledged. Returns what was perhaps acknowledged by another than the one that is
    /// there now: it was not among what that was sent again.
    private func acknowledged(
        _ groups: [[NewJob]], _ answers: [[InsertResult]], by epoch: StoreEpoch?
    ) -> [[NewJob]]? {
        // Usually all are, and then nothing is copied.
        let isWhole = answers.allSatisfy { $0.allSatisfy(\.isWritten) }
        let written =
            isWhole
            ? groups
            : zip(groups, answers).map { group, results in zip(group, results).filter { $1.isWritten }.map(\.0) }
        let isKnown = acknowledged { recent, now in
            recent.add(jobs: written, at: now)
        } while: {
            $0 == epoch
        }
        let left = isKnown ? [] : written.filter { !$0.isEmpty }
        return left.isEmpty ? nil : left
    }

    /// False, and nothing is noted, when the server is not the one that is asked for.
    @discardableResult
    func acknowledged(
        _ body: (inout RecentWrites, MonotonicInstant) -> Void, while isIt: (StoreEpoch?) -> Bool = { _ in true }
    ) -> Bool {
        let now = time.monotonic()
        let isFirst: Bool? = state.withLock { state in
            guard isIt(state.machine.epoch) else { return nil }
            let wasEmpty = state.recent.isEmpty
            body(&state.recent, now)
            guard wasEmpty, !state.recent.isEmpty, state.lookAt == nil else { return false }
            state.lookAt = now + Self.lookInterval
            return true
        }
        if isFirst == true { signal.notify() }
        return isFirst != nil
    }

    /// Between two looks at a server that may lose something.
    static let lookInterval: Duration = .seconds(2)

    // MARK: Into the spool

    /// The machine knows that it began.
    private func append(_ groups: [[NewJob]], mayBeThere: Bool, now: Timestamp) async throws -> [[InsertResult]] {
        defer { step { $0.machine.appendEnded() } }
        var (results, fresh) = try await known(groups.map { $0.map(\.withoutConditions) })
        let accepted = step { state in
            state.jobs.begin(fresh.joined().map(\.record))
            // Once the server is back, its workers get them.
            guard whileAway == .run, !mayBeThere, state.machine.stage == .spooling else {
                return nil as [[InsertResult]]?
            }
            return state.jobs.local.insert(fresh, now: now)
        }
        let ids = fresh.joined().map(\.record.id)
        var unneeded: [JobID] = []
        if let accepted {
            for index in groups.indices {
                let answers = Dictionary(zip(fresh[index].map(\.record.id), accepted[index])) { first, _ in first }
                results[index] = zip(groups[index], results[index]).map { new, result in
                    if case .inserted = result { answers[new.record.id] ?? result } else { result }
                }
                fresh[index].removeAll { answers[$0.record.id]?.isWritten == false }
            }
            unneeded = Array(Set(ids).subtracting(fresh.joined().map(\.record.id)))
        }
        let entries = fresh.filter { !$0.isEmpty }
        do {
            let numbers = try await spool.append(entries.map { .jobs($0, mayBeThere: mayBeThere) }, now: now)
            step { state in
                state.jobs.notWritten(unneeded)
                for (group, number) in zip(entries, numbers) {
                    state.jobs.written(group.map(\.record.id), as: number)
                }
                state.status.problem = nil
            }
        } catch {
            step { state in
                state.jobs.notWritten(ids)
                state.status.problem = error as? MainspringError
            }
            throw error
        }
        return results
    }

    /// What the spool alone can say of requests, and what is new of them.
    private func known(_ groups: [[NewJob]]) async throws -> (results: [[InsertResult]], fresh: [[NewJob]]) {
        var seen: [JobID: JobRecord] = [:]
        var results: [[InsertResult]] = []
        var fresh: [[NewJob]] = []
        for group in groups {
            var answers: [InsertResult] = []
            for new in group {
                let spooled = try await spooled(new.record.id)
                if let same = seen[new.record.id] ?? spooled {
                    answers.append(same.isSameRequest(as: new.record) ? .duplicate(same) : .idConflict)
                } else {
                    seen[new.record.id] = new.record
                    answers.append(.inserted(new.record))
                }
            }
            if answers.contains(where: \.isRefusal) {
                for new in group where seen[new.record.id] == new.record { seen[new.record.id] = nil }
                results.append(InsertGroup.refused(answers, of: group))
                fresh.append([])
            } else {
                results.append(answers)
                fresh.append(zip(group, answers).filter { $1.isWritten }.map(\.0))
            }
        }
        return (results, fresh)
    }

    /// A spooled job as it stands; nil when it is not in the spool.
    func spooled(_ id: JobID) async throws -> JobRecord? {
        let (known, place): (JobRecord?, SpooledJobs.Place?) = state.withLock { state in
            (state.jobs.local.record(id) ?? state.jobs.changes[id]?.record, state.jobs.places[id])
        }
        if let known { return known }
        switch place {
        case .writing(let record): return record
        case .entry(let number):
            let entry = try await spool.entries(of: .jobs, after: number - 1, limit: 1).first
            guard let entry, entry.number == number, case .jobs(let jobs, _) = entry.entry else { return nil }
            return jobs.first { $0.record.id == id }?.record
        case nil: return nil
        }
    }
}

extension NewJob {
    /// What a request was conditional on was checked when that could be, or never can be: what was promised is kept.
    var withoutConditions: NewJob {
        var occurrence = occurrence
        occurrence?.term = nil
        return NewJob(record: record, occurrence: occurrence)
    }
}

extension InsertResult {
    var isWritten: Bool {
        switch self {
        case .inserted, .replaced: true
        default: false
        }
    }
}

extension JobRecord {
    fileprivate func isSameRequest(as other: JobRecord) -> Bool {
        kind == other.kind && queue == other.queue && arguments == other.arguments
    }
}
