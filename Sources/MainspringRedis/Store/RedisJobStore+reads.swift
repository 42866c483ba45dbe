public import MainspringCore
public import MainspringStore

extension RedisJobStore {
    /// Jobs that one script looks at for a page, and scripts for one page.
    private static let look = 2000
    private static let looks = 10

    public func job(_ id: JobID) async throws -> JobRecord? {
        let parts = try await look(id, mode: 0)
        return parts.count == 2 ? try ReadJob(job: parts[0], body: parts[1]).record : nil
    }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        guard let (job, ended, _) = try await history(of: id, mode: 1) else { return nil }
        var attempts = ended.map(\.record)
        if job.state == .running, let node = job.node, let started = job.startedAt {
            attempts.append(AttemptRecord(number: job.attempt + 1, node: node, startedAt: started))
        }
        return attempts
    }

    public func outputs(of id: JobID) async throws -> [AttemptLog] {
        guard let (job, ended, live) = try await history(of: id, mode: 2) else { return [] }
        var logs = ended.map {
            AttemptLog(number: $0.record.number, startedAt: $0.record.startedAt, output: $0.output)
        }
        if job.state == .running, let started = job.startedAt {
            logs.append(AttemptLog(number: job.attempt + 1, startedAt: started, output: live))
        }
        return logs.filter { !$0.output.isEmpty || $0.output.droppedBytes > 0 }
    }

    /// `mode`: see the script.
    private func look(_ id: JobID, mode: Int) async throws -> [RedisValue] {
        let answer = try await scripts.run(.look) { command in
            command.append(id.rawValue)
            command.append(mode)
        }
        return answer.array ?? []
    }

    private func history(
        of id: JobID, mode: Int
    ) async throws -> (job: JobRecord, ended: [JobSnapshot.EndedAttempt], live: AttemptOutput)? {
        let parts = try await look(id, mode: mode)
        guard parts.count == 4 else { return nil }
        let job = try ReadJob(job: parts[0], body: parts[1])
        var rows = (parts[2].array ?? []).compactMap(\.bytes)
        if !job.last.isEmpty { rows.append(job.last) }
        let live = try AttemptOutput(stored: parts[3].bytes ?? [])
        return (job.record, try rows.map { try JobSnapshot.EndedAttempt(stored: $0) }, live)
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage {
        let limit = min(max(1, query.limit), StoreLimits.page)
        var jobs: [(seq: Int64, record: JobRecord)] = []
        var cursor = query.cursor.map { Self.seq($0.rawValue) } ?? ""
        for _ in 0..<Self.looks {
            let (last, found) = try await page(query, before: cursor, wanted: limit + 1 - jobs.count)
            jobs += found.filter { query.tags.isEmpty || !query.tags.isDisjoint(with: $0.record.tags) }
            if jobs.count > limit {
                let page = jobs.prefix(limit)
                return JobPage(jobs: page.map(\.record), next: page.last.map { JobCursor(rawValue: $0.seq) })
            }
            guard !last.isEmpty else { return JobPage(jobs: jobs.map(\.record), next: nil) }
            cursor = last
        }
        return JobPage(jobs: jobs.map(\.record), next: Int64(cursor).map { JobCursor(rawValue: $0) })
    }

    private static func seq(_ number: Int64) -> String {
        let digits = String(max(0, number))
        return String(repeating: "0", count: max(0, 13 - digits.utf8.count)) + digits
    }

    /// The last job that was looked at, empty after the oldest; and those that match but for their tags.
    private func page(
        _ query: JobQuery, before cursor: String, wanted: Int
    ) async throws -> (last: String, found: [(seq: Int64, record: JobRecord)]) {
        let answer = try await scripts.run(.page) { command in
            command.append(cursor)
            command.append(wanted)
            command.append(Self.look)
            command.append(query.states.map(\.digit).joined())
            command.append(query.kinds.count)
            for kind in query.kinds { command.append(kind) }
            for queue in query.queues { command.append(queue) }
        }
        guard let parts = answer.array, parts.count == 2, let last = parts[0].text, let found = parts[1].array else {
            throw StoreDamage.error("a page without an answer")
        }
        let jobs = try stride(from: 0, to: found.count - 2, by: 3).map { index in
            (found[index].int ?? 0, try ReadJob(job: found[index + 1], body: found[index + 2]).record)
        }
        return (last, jobs)
    }

    public func queues() async throws -> [QueueSummary] {
        let answer = try await scripts.run(.queues) { _ in }
        guard let parts = answer.array, parts.count == 3 else { throw StoreDamage.error("no counters") }
        let paused = parts[1].countsByName
        let fronts = parts[2].countsByName
        var summaries: [String: QueueSummary] = [:]
        func change(_ queue: String, _ body: (inout QueueSummary) -> Void) {
            body(
                &summaries[
                    queue, default: QueueSummary(name: queue, counts: [:], isPaused: false, oldestAvailableAt: nil)])
        }
        for (field, count) in parts[0].countsByName {
            let queue = String(decoding: field.utf8.dropFirst(), as: UTF8.self)
            change(queue) { summary in
                if let state = JobState(digit: field.utf8.first) {
                    if count > 0 { summary.counts[state] = count }
                } else {
                    summary.parked = count
                }
            }
        }
        for (queue, isPaused) in paused { change(queue) { $0.isPaused = isPaused == 1 } }
        for (queue, time) in fronts { change(queue) { $0.oldestAvailableAt = Timestamp(microseconds: Int64(time)) } }
        return summaries.values.sorted { $0.name < $1.name }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        do {
            let fired = try await client.call(RedisCommand("HGETALL", key("fired")))
            return fired.countsByName.mapValues { Timestamp(microseconds: Int64($0)) }
        } catch {
            throw StoreRefusal.error(error, of: "occurrences")
        }
    }
}
