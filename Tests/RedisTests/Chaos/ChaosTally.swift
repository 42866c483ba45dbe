import MainspringCore
import MainspringRedis
import MainspringStore

/// What a chaos run came to, from the nodes' ledgers and from the store at its end.
struct ChaosTally {
    var calls = 0
    var failed: [String] = []
    /// Acknowledged, and neither run to an end nor final in the store.
    var lost: [String] = []
    /// Run to an end, of which the store knows nothing.
    var forgotten = 0
    var ranTwice = 0
    /// More than one success in its history.
    var settledTwice: [String] = []
    /// Two jobs with one key ran at the same time.
    var violations: [String] = []
    /// Keys that are held although no job is left to hold them.
    var leaked: [String] = []
    var latencies: [Int] = []

    static func of(_ world: ChaosWorld) async throws -> ChaosTally {
        var tally = ChaosTally()
        let ledgers = world.nodes.map(\.ledger)
        let records = try await everyJob(world.store)
        var runs: [String: Int] = [:]
        let ended = Set(ledgers.flatMap { $0.all("X").map { $0.words[0] } })
        for ledger in ledgers {
            tally.calls += ledger.all("C").count
            tally.failed += ledger.all("F").map { $0.words.joined(separator: " ") }
            for line in ledger.all("A") where line.words.count == 3 {
                tally.latencies.append(Int(line.words[1]) ?? 0)
                // A duplicate's holder answers for it.
                let id = line.words[2] == "new" ? line.words[0] : line.words[2]
                switch records[id] {
                case .some(let state): if !state.isFinal { tally.lost.append("\(id) is \(state)") }
                case nil: if ended.contains(id) { tally.forgotten += 1 } else { tally.lost.append(id) }
                }
            }
            for line in ledger.all("R") { runs[line.words[0], default: 0] += 1 }
        }
        for (id, count) in runs where count > 1 {
            tally.ranTwice += 1
            guard let id = JobID(rawValue: id), let attempts = try await world.store.attempts(of: id) else { continue }
            if attempts.count(where: { $0.outcome == .success }) > 1 { tally.settledTwice.append(id.rawValue) }
        }
        tally.violations = overlaps(ledgers)
        tally.leaked = try await leaks(world.store)
        return tally
    }

    private static func everyJob(_ store: any JobStore) async throws -> [String: JobState] {
        var (jobs, cursor) = ([String: JobState](), JobCursor?.none)
        repeat {
            let page = try await store.jobs(matching: JobQuery(cursor: cursor, limit: StoreLimits.page))
            for job in page.jobs { jobs[job.id.rawValue] = job.state }
            cursor = page.next
        } while cursor != nil
        return jobs
    }

    /// A run whose node died has no end, and is left out.
    private static func overlaps(_ ledgers: [ChaosLedgerText]) -> [String] {
        var runs: [String: [(from: Int, to: Int, id: String)]] = [:]
        for ledger in ledgers {
            var open: [String: (at: Int, key: String)] = [:]
            for line in ledger.lines where line.words.count >= 2 {
                let run = "\(line.words[0]) \(line.words[1])"
                if line.kind == "R", line.words.count == 3, line.words[2] != "-" {
                    open[run] = (line.at, line.words[2])
                }
                if line.kind == "X", let begun = open.removeValue(forKey: run) {
                    runs[begun.key, default: []].append((begun.at, line.at, line.words[0]))
                }
            }
        }
        return runs.flatMap { key, runs in
            let sorted = runs.sorted { $0.from < $1.from }
            return zip(sorted, sorted.dropFirst()).filter { $1.from < $0.to && $0.id != $1.id }
                .map { "\(key): \($0.id) and \($1.id)" }
        }
    }

    /// Every key can be taken again.
    private static func leaks(_ store: any JobStore) async throws -> [String] {
        var leaked: [String] = []
        let now = Timestamp(microseconds: Int64(ChaosWorld.now()))
        for number in 0..<8 {
            guard let id = JobID(rawValue: "after-\(number)") else { continue }
            let arguments: [String: JSONValue] = ["key": .string("k\(number)")]
            var record = JobRecord(
                id: id, kind: "chaos", queue: "default", state: .available, priority: .normal,
                arguments: JSONValue.object(arguments).compactText, maxAttempts: 1, createdAt: now, scheduledAt: now)
            record.unique = UniquePolicy(by: ["key"])
                .hold(kind: "chaos", queue: "default", arguments: arguments, now: now)
            guard case .inserted = try await store.insert([[NewJob(record: record)]], now: now)[0][0] else {
                leaked.append("k\(number)")
                continue
            }
        }
        return leaked
    }

    var p99: Double {
        let sorted = latencies.sorted()
        return sorted.isEmpty ? 0 : Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1000
    }

    /// Nothing of what is promised was broken. `keepsData`: a server that forgets what runs forgets who holds a key, too.
    func isWhole(keepsData: Bool = true) -> Bool {
        failed.isEmpty && lost.isEmpty && settledTwice.isEmpty && (violations.isEmpty || !keepsData) && leaked.isEmpty
    }

    var summary: String {
        "\(calls) enqueued, \(failed.count) failed, \(lost.count) lost, \(ranTwice) ran twice, \(settledTwice.count) settled "
            + "twice, \(violations.count) unique keys violated, \(leaked.count) leaked, p99 \(p99) ms"
    }

    /// The first of each, for a failed test.
    var details: String {
        [failed, lost, settledTwice, violations, leaked].map { "\($0.prefix(3))" }.joined(separator: " ")
    }
}
