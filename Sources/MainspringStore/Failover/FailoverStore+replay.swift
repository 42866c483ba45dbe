import MainspringCore
import Synchronization

extension FailoverStore {
    static let batch = 200

    /// Looks at the server, and brings it what was spooled, until its task is cancelled; what is left stays in the spool.
    @concurrent public func run() async {
        while !Task.isCancelled {
            let now = time.monotonic()
            let (step, isDue) = state.withLock { state in
                let next = state.machine.next(at: now, looksAt: state.lookAt)
                let due = state.machine.stage == .spooling ? state.jobs.local.nextDue : nil
                return (next, due.map { $0 <= time.now() } ?? false)
            }
            switch step {
            case .look:
                await look()
                // A spooled job may be due that runs here.
                if isDue { tell(.work) }
            case .comeBack(let resend): await comeBack(resend: resend)
            case .replay: await replay()
            case .rest(let until):
                let timer = until.map { time.schedule(after: $0 - now) { [signal] in signal.notify() } }
                await signal.wait()
                timer?.cancel()
            }
        }
        await lastLook()
    }

    /// A server that lost data since the last look gets it now: nobody else has it.
    private func lastLook() async {
        guard state.withLock({ $0.machine.stage == .primary && !$0.recent.isEmpty }) else { return }
        await look()
        if state.withLock({ $0.machine.stage == .returning }) { await comeBack(resend: true) }
    }

    private func look() async {
        let began = time.monotonic()
        step { $0.lookAt = nil }
        do {
            let epoch = try await primary.look()
            let (at, now) = (time.monotonic(), time.now())
            let isNew = step { state in
                let isNew = state.machine.epoch != epoch
                let hasWrites = !state.recent.isEmpty
                if state.machine.answered(epoch, hasWrites: hasWrites, at: at) { state.status.dataLostAt = now }
                // Of another server nothing is certain: it is all sent again.
                if state.machine.stage == .primary { state.recent.confirmed(at: began) }
                if !state.recent.isEmpty { state.lookAt = state.lookAt ?? at + Self.lookInterval }
                state.status.problem = nil
                return isNew
            }
            // When that fails, a later life of the node may send again what is there, which does no harm.
            if isNew { try? await spool.remember(epoch) }
        } catch {
            let reason = FailoverReason(error)
            let at = time.monotonic()
            step { state in
                state.machine.lookFailed(reason, at: at)
                state.status.problem = reason == nil ? error as? MainspringError : nil
                if state.machine.stage == .primary { state.lookAt = at + Self.lookInterval }
            }
        }
    }

    private func comeBack(resend: Bool) async {
        let generation = state.withLock { $0.machine.generation }
        do {
            if resend { try await sendAgain() }
            try await greet()
            try await replayEnds()
            let now = time.monotonic()
            step { state in
                state.machine.cameBack(at: now)
                state.cursor = 0
                state.rescuesFrom = now + Self.grace
                // A claim may be late in the server's own line.
                state.unanswered = state.unanswered.mapValues { $0 ?? now + Self.grace }
                state.status.problem = nil
            }
            tell(.all)
        } catch {
            stumbled(error, in: generation)
        }
    }

    /// What fails here says nothing about the server.
    private struct SpoolTrouble: Error {
        let cause: any Error
    }

    private func spooling<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw SpoolTrouble(cause: error) }
    }

    private func stumbled(_ error: any Error, in generation: Int) {
        let now = time.monotonic()
        step { state in
            state.jobs.notMoved()
            state.cursor = 0
            if let reason = FailoverReason(error) {
                state.machine.failed(reason, in: generation, at: now)
            } else {
                state.machine.stuck(at: now)
                let cause = (error as? SpoolTrouble)?.cause ?? error
                state.status.problem =
                    cause as? MainspringError
                    ?? MainspringError(.storeFailed, "the replay failed", cause: String(describing: cause))
            }
        }
    }

    /// The node is known before it claims anything.
    private func greet() async throws {
        guard let beat = state.withLock({ $0.beat }) else { return }
        let answer = try await primary.beat(beat)
        state.withLock { state in
            if let wish = answer.wish { state.wish = wish }
            if !answer.isRefused { state.nodes = answer.nodes }
        }
    }

    // MARK: Ends

    private func replayEnds() async throws {
        while true {
            let entries = try await spooling { try await spool.entries(of: .ends, after: 0, limit: Self.batch) }
            guard !entries.isEmpty else { return }
            let ends = entries.compactMap { entry in
                if case .end(let settlement) = entry.entry { settlement } else { nil }
            }
            let results = try await primary.settle(ends)
            var written: [Settlement] = []
            for (end, result) in zip(ends, results) {
                let isOurs = if result == .stale { try await isWritten(end) } else { true }
                if isOurs { written.append(end) }
            }
            let stale = ends.count - written.count
            acknowledged { $0.add(written, at: $1) }
            try await spooling { try await spool.remove(entries.map(\.number)) }
            step { state in
                state.status.replayed += ends.count
                state.status.stale += stale
            }
        }
    }

    /// The end was written by a call whose answer was lost.
    private func isWritten(_ end: Settlement) async throws -> Bool {
        try await primary.attempts(of: end.id)?.contains { attempt in
            attempt.number == end.attempt.number && attempt.node == end.attempt.node
                && attempt.startedAt == end.attempt.startedAt && attempt.outcome == end.attempt.outcome
        } ?? false
    }

    // MARK: Jobs

    private func replay() async {
        let generation = state.withLock { $0.machine.generation }
        do {
            try await replayEnds()
            let after = state.withLock { $0.cursor }
            let entries = try await spooling { try await spool.entries(of: .jobs, after: after, limit: Self.batch) }
            if !entries.isEmpty {
                try await deliver(entries)
                // The server tells this handle nothing of its own writes.
                tell(.all)
            }
            step { state in
                state.status.problem = nil
                guard state.cursor == after else { return }
                if let last = entries.last {
                    state.cursor = last.number
                } else if spool.tally.ends == 0, state.machine.emptied() {
                    state.cursor = 0
                }
                if entries.count < Self.batch { state.machine.close() }
            }
        } catch {
            stumbled(error, in: generation)
        }
    }

    private func deliver(_ entries: [SpooledEntry]) async throws {
        var whole: [Int64] = []
        var groups: [[NewJob]] = []
        var changed: [JobSnapshot] = []
        step { state in
            for entry in entries {
                guard case .jobs(let jobs, _) = entry.entry else { continue }
                let taken = state.jobs.take(jobs)
                if taken.isWhole { whole.append(entry.number) }
                if !taken.group.isEmpty { groups.append(taken.group) }
                changed += taken.changed
            }
        }
        let conflicts = try await write(groups, changed)
        acknowledged { $0.add(jobs: groups, at: $1) }
        let numbers = state.withLock { $0.jobs.moved() }
        try await spooling { try await spool.remove(whole + numbers) }
        step { state in
            state.status.replayed += groups.joined().count + changed.count
            state.status.conflicts += conflicts
        }
    }

    /// Returns how many ended as an alias of another, or were dropped because their id was taken.
    func write(_ groups: [[NewJob]], _ changed: [JobSnapshot]) async throws -> Int {
        let now = time.now()
        var conflicts = 0
        var snapshots = changed
        var left = groups
        while !left.isEmpty {
            let results = try await primary.insert(left, now: now)
            var refused: [[NewJob]] = []
            for (group, answers) in zip(left, results) {
                var again: [NewJob] = []
                for (new, answer) in zip(group, answers) {
                    switch answer {
                    case .idConflict: conflicts += 1
                    case .notWritten: again.append(new)
                    case .duplicate(let holder), .replaced(let holder):
                        guard holder.id != new.record.id else { continue }
                        // Its id was promised to answer.
                        var alias = new.record
                        alias.yield(to: holder.id, now: now)
                        snapshots.append(JobSnapshot(record: alias))
                        conflicts += 1
                    case .inserted, .alreadyFired, .overlapped, .queueFull, .staleParent, .staleTerm: continue
                    }
                }
                if !again.isEmpty { refused.append(again) }
            }
            left = refused
        }
        guard !snapshots.isEmpty else { return conflicts }
        let restored = try await primary.restore(snapshots, fired: [:], now: now)
        for result in restored.prefix(changed.count) where result != .restored { conflicts += 1 }
        return conflicts
    }
}
