public import MainspringCore
public import MainspringStore

extension RedisJobStore {
    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        var results: [CancelResult] = []
        for part in ids.cut(at: Self.batch, weight: { _ in 1 }) {
            let answer = try await scripts.run(.cancel) { command in
                command.append(handle)
                command.append(now.microseconds)
                for id in part { command.append(id.rawValue) }
            }
            guard let parts = answer.array, parts.count == 2, let codes = parts[0].bytes, let jobs = parts[1].array
            else {
                throw StoreDamage.error("a cancel without an answer")
            }
            var index = 0
            for code in codes {
                guard code != UInt8(ascii: "n"), index + 1 < jobs.count else {
                    results.append(.notFound)
                    continue
                }
                let record = try ReadJob(job: jobs[index], body: jobs[index + 1]).record
                index += 2
                switch code {
                case UInt8(ascii: "c"): results.append(.cancelled(record))
                case UInt8(ascii: "r"): results.append(.requested(record))
                default: results.append(.alreadyFinal(record))
                }
            }
        }
        return results
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        let answer = try await scripts.run(.retry) { command in
            command.append(handle)
            command.append(now.microseconds)
            command.append(id.rawValue)
        }
        let parts = answer.array ?? []
        switch (parts.first?.text, parts.count) {
        case ("n", 1): return .notFound
        case ("d", 2):
            guard let holder = parts[1].text.flatMap(JobID.init(rawValue:)) else { break }
            return .duplicate(of: holder)
        case ("r", 3): return .retried(try ReadJob(job: parts[1], body: parts[2]).record)
        case ("a", 3): return .notAllowed(try ReadJob(job: parts[1], body: parts[2]).record)
        default: break
        }
        throw StoreDamage.error("a retry without an answer")
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        _ = try await scripts.run(.pause) { command in
            command.append(handle)
            command.append(queue)
            command.append(paused ? 1 : 0)
        }
    }

    // MARK: The leader's work

    public func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        let answer = try await scripts.run(.promote) { command in
            command.append(handle)
            command.append(term.number)
            command.append(now.microseconds)
            command.append(max(0, limit))
        }
        guard let parts = answer.array, parts.count == 2 else {
            throw StoreDamage.error("a promotion without an answer")
        }
        return Promotion(
            promoted: parts[0].countsByName, nextDue: parts[1].int.map { Timestamp(microseconds: $0) })
    }

    public func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        let answer = try await scripts.run(.reclaim) { command in
            command.append(handle)
            command.append(term.number)
            command.append(now.microseconds)
            command.append(max(0, limit))
            command.append(FailureText.rescues)
        }
        let parts = answer.array ?? []
        return stride(from: 0, to: parts.count - 3, by: 4).compactMap { index in
            guard let id = parts[index].text.flatMap(JobID.init(rawValue:)), let kind = parts[index + 1].text,
                let queue = parts[index + 2].text, let state = JobState(digit: parts[index + 3].bytes?.first)
            else { return nil }
            return ReclaimedJob(id: id, kind: kind, queue: queue, state: state)
        }
    }

    public func park(under term: Term, limit: Int) async throws -> Parking {
        let answer = try await scripts.run(.park) { command in
            command.append(handle)
            command.append(term.number)
            command.append(max(0, limit))
        }
        guard let parts = answer.array, parts.count == 2 else { throw StoreDamage.error("a parking without an answer") }
        return Parking(parked: Int(parts[0].int ?? 0), released: parts[1].countsByName)
    }

    public func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        let answer = try await scripts.run(.prune) { command in
            command.append(term.number)
            command.append(now.microseconds)
            command.append(max(0, limit))
            for state in JobState.allCases where state.isFinal {
                guard let time = finishedBefore[state] else { continue }
                command.append(state.digit)
                command.append(time.microseconds)
            }
        }
        return Int(answer.int ?? 0)
    }
}

extension RedisValue {
    /// Name and number, by turns.
    var countsByName: [String: Int] {
        let parts = array ?? []
        var counts: [String: Int] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            if let name = parts[index].text, let count = parts[index + 1].int { counts[name] = Int(count) }
        }
        return counts
    }
}
