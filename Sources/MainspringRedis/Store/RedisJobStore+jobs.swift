public import MainspringCore
public import MainspringStore

extension RedisJobStore {
    /// Jobs of one script.
    static let batch = 500

    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        var results: [[InsertResult]] = []
        results.reserveCapacity(groups.count)
        for part in groups.cut(at: Self.batch, weight: \.count) {
            guard part.contains(where: { !$0.isEmpty }) else {
                results += part.map { _ in [] }
                continue
            }
            results += try await insert(part, now: now)
        }
        return results
    }

    private func insert(_ groups: ArraySlice<[NewJob]>, now: Timestamp) async throws -> [[InsertResult]] {
        let answer = try await scripts.run(.insert, reserving: groups.count * 400) { command in
            command.append(handle)
            command.append(now.microseconds)
            for group in groups {
                for (index, new) in group.enumerated() {
                    let stored = try StoredJob(new.record)
                    command.append(stored.job)
                    command.append(stored.body)
                    command.append(try new.extra(isFirst: index == 0))
                }
            }
        }
        var reader = try InsertAnswer(answer)
        return try groups.map { group in
            let results = try group.map { try reader.next(for: $0) }
            return results.contains(where: \.isRefusal) ? InsertGroup.refused(results, of: group) : results
        }
    }

    public func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try StoreChecks.check(settlements)
        var exchange = Exchange()
        var parts = settlements.cut(at: Self.batch) { _ in 1 }
        let final = parts.popLast() ?? []
        for part in parts { exchange.settled += try await self.exchange(part, claiming: nil).settled }
        guard !final.isEmpty || request != nil else { return exchange }
        let last = try await self.exchange(final, claiming: request)
        exchange.settled += last.settled
        exchange.leases = last.leases
        return exchange
    }

    private func exchange(
        _ settlements: ArraySlice<Settlement>, claiming request: ClaimRequest?
    ) async throws -> Exchange {
        let answer = try await scripts.run(.exchange, reserving: settlements.count * 320) { command in
            command.append(handle)
            command.append(settlements.count)
            for settlement in settlements { command.append(try settlement.stored()) }
            try request?.append(to: &command)
        }
        guard let parts = answer.array, parts.count == 2, let states = parts[0].bytes, let leases = parts[1].array,
            states.count == settlements.count
        else { throw StoreDamage.error("an exchange without an answer") }
        var exchange = Exchange()
        exchange.settled = states.map { digit in JobState(digit: digit).map { .settled($0) } ?? .stale }
        exchange.leases.reserveCapacity(leases.count / 2)
        for index in stride(from: 0, to: leases.count - 1, by: 2) {
            let job = try ReadJob(job: leases[index], body: leases[index + 1])
            exchange.leases.append(Lease(job: job.record, token: AttemptToken(rawValue: job.token)))
        }
        return exchange
    }

    public func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        var renewal = Renewal()
        for part in tokens.cut(at: Self.batch, weight: { _ in 1 }) {
            let answer = try await scripts.run(.renew, reserving: part.count * 80) { command in
                command.append(lease.wholeMicroseconds)
                for token in part {
                    command.append(token.seq)
                    command.append(token.rawValue)
                }
            }
            for (token, code) in zip(part, answer.bytes ?? []) {
                switch code {
                case UInt8(ascii: "l"): renewal.lost.insert(token)
                case UInt8(ascii: "c"): renewal.cancelRequested.insert(token)
                default: break
                }
            }
        }
        return renewal
    }

    public func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        var results: [ReportResult] = []
        for part in reports.cut(at: Self.batch, weight: { _ in 1 }) {
            let answer = try await scripts.run(.report, reserving: part.count * 160) { command in
                command.append(now.microseconds)
                for report in part {
                    command.append(report.token.seq)
                    command.append(report.token.rawValue)
                    command.append(report.id.rawValue)
                    command.append(report.progress?.stored ?? [])
                    command.append(report.output.map { [UInt8(ascii: "1")] + $0.stored } ?? [UInt8(ascii: "0")])
                }
            }
            results += (answer.bytes ?? []).map { code in
                switch code {
                case UInt8(ascii: "r"): .recorded(cancelRequested: false)
                case UInt8(ascii: "c"): .recorded(cancelRequested: true)
                default: .stale
                }
            }
        }
        return results
    }

    public func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try StoreChecks.check(jobs)
        var results: [RestoreResult] = []
        var fired = fired
        var parts = jobs.cut(at: Self.batch) { max(1, $0.attempts.count) }
        if parts.isEmpty, !fired.isEmpty { parts = [[]] }
        for part in parts {
            results += try await restore(part, fired: fired, now: now)
            fired = [:]
        }
        return results
    }

    private func restore(
        _ jobs: ArraySlice<JobSnapshot>, fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        let answer = try await scripts.run(.restore, reserving: jobs.count * 500) { command in
            command.append(handle)
            command.append(now.microseconds)
            command.append(FailureText.conflict)
            command.append(fired.count)
            for (schedule, instant) in fired {
                command.append(schedule)
                command.append(instant.microseconds)
            }
            for snapshot in jobs {
                let snapshot = snapshot.atRest
                var rows = snapshot.attempts.map(\.stored)
                let stored = try StoredJob(snapshot.record, last: rows.popLast() ?? [])
                command.append(stored.job)
                command.append(stored.body)
                var older = FieldWriter()
                for row in rows { older.long(row) }
                command.append(older.bytes)
            }
        }
        guard let parts = answer.array, parts.count == 2, let codes = parts[0].bytes, let others = parts[1].array else {
            throw StoreDamage.error("a restore without an answer")
        }
        var holders = others.makeIterator()
        return try codes.map { code in
            switch code {
            case UInt8(ascii: "r"): return .restored
            case UInt8(ascii: "d"): return .duplicate
            default:
                guard let id = holders.next()?.text.flatMap(JobID.init(rawValue:)) else {
                    throw StoreDamage.error("a holder without an id")
                }
                return .yielded(to: id)
            }
        }
    }
}
