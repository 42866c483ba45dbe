import Foundation
import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

/// Each case lets a process die at a point of a verb, then looks at the file that it left.
@Suite("A killed process leaves a whole store", .serialized)
struct CrashTests {
    struct Death: Sendable, CustomStringConvertible {
        let verb: StoreVerb
        let point: CrashPoint
        let count: Int
        var description: String { "\(verb) \(point) \(count)" }
    }

    /// Every point of every verb; and of what comes once for each statement, early and late passages.
    static let deaths = StoreVerb.allCases.flatMap { verb in
        CrashPoint.allCases.flatMap { point in
            (point == .stepped ? [1, 3, 9] : [2]).map { Death(verb: verb, point: point, count: $0) }
        }
    }

    @Test("at every point of every verb", arguments: deaths)
    func death(_ death: Death) async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("jobs.db")
        let said = try await Probe.run(file: file, death: death)
        let inserted = said.compactMap { $0.hasPrefix("inserted ") ? JobID(rawValue: String($0.dropFirst(9))) : nil }
        let settled = said.compactMap { $0.hasPrefix("settled ") ? JobID(rawValue: String($0.dropFirst(8))) : nil }

        let store = try SQLiteJobStore(path: file)
        try await StoreConformance.Case.checkCounters(of: store)
        let jobs = try await store.allJobs()
        let present = Set(jobs.map(\.id))
        for id in inserted where !present.contains(id) {
            // Only the last job of a round is ever pruned, and not before prune was called.
            #expect(said.contains("pruning") && id.rawValue.hasSuffix("-5"), "\(id) was acknowledged and is gone")
        }
        for id in settled {
            #expect(jobs.first { $0.id == id }?.state == .completed, "\(id) was acknowledged as settled")
        }
        for job in jobs { try await check(job, in: store) }
        try checkGroups(jobs)
        try await checkReclaim(store, file: file)
        try await store.close()
        try checkFile(file)
    }

    @Test("and every verb has every point")
    func everyPointIsReached() async throws {
        // A probe that is told to die never ends with status 3, so the cases above prove it; here the list itself.
        #expect(Set(Self.deaths.map(\.verb)) == Set(StoreVerb.allCases))
        #expect(Set(Self.deaths.map(\.point)) == Set(CrashPoint.allCases))
    }

    private func check(_ job: JobRecord, in store: SQLiteJobStore) async throws {
        let attempts = try await store.attempts(of: job.id) ?? []
        let ends = attempts.compactMap(\.outcome)
        let used = ends.count { $0 == .success || $0 == .failure }
        #expect(used == job.attempt, "\(job.id) counts the attempts of its history")
        #expect(ends.count { $0 == .snoozed } == job.snoozes)
        #expect(ends.count { $0 == .interrupted } == job.rescues)
        #expect(ends.count { $0 == .success } == (job.state == .completed ? 1 : 0), "\(job.id) was settled once")
    }

    /// Groups of six were inserted whole or not at all; only the last of them may be pruned.
    private func checkGroups(_ jobs: [JobRecord]) throws {
        let rounds = Dictionary(grouping: jobs) { $0.id.rawValue.split(separator: "-")[1] }
        for (round, jobs) in rounds { #expect(jobs.count >= 5, "round \(round) is whole") }
    }

    /// A new incarnation gets back everything that ran, under new tokens, and no key is held by a job that is not
    /// there.
    private func checkReclaim(_ store: SQLiteJobStore, file: String) async throws {
        let now = Timestamp(microseconds: 1_900_000_000_000_000)
        let running = try await store.allJobs().filter { $0.state == .running }.map(\.id)
        let owner = NodeIdentity(name: "probe", incarnation: "after")
        let reclaimed = try await store.reclaim(owner: owner, now: now, limit: 1000)
        #expect(Set(reclaimed.map(\.id)) == Set(running))
        _ = try await store.promote(now: now, limit: 1000)
        let waiting = try await store.allJobs().filter { !$0.state.isFinal }.map(\.id)
        let leases = try await store.claim(
            ClaimRequest(
                owner: owner, demand: ["default": 1000], kinds: ["probe"], nonce: "after", now: now, leaseUntil: now))
        #expect(Set(leases.map(\.job.id)) == Set(waiting))
        _ = try await store.cancel(waiting, now: now)
        _ = try await store.reclaim(owner: NodeIdentity(name: "probe", incarnation: "last"), now: now, limit: 1000)
        // Every job is final now, so every key must be free.
        let keys = (0..<20).flatMap { round in (0..<6).map { "key-\(round)-\($0)" } }
        let fresh = keys.map { key in
            [
                NewJob(
                    record: JobRecord(
                        id: JobID(rawValue: "fresh-\(key)")!, kind: "probe", queue: "default", state: .available,
                        priority: .normal, arguments: "{}", maxAttempts: 1, createdAt: now, scheduledAt: now,
                        uniqueKey: key,
                        uniqueStates: [.available]))
            ]
        }
        for result in try await store.insert(fresh, now: now).joined() {
            guard case .inserted = result else {
                Issue.record("a key is held: \(result)")
                return
            }
        }
        try await StoreConformance.Case.checkCounters(of: store)
    }

    /// What SQLite itself says, and that no attempt belongs to no job.
    private func checkFile(_ file: String) throws {
        let queue = try DatabaseQueue(path: file)
        let (integrity, orphans) = try queue.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA integrity_check"),
                try Int.fetchOne(database, sql: "SELECT count(*) FROM attempt WHERE job NOT IN (SELECT seq FROM job)")
            )
        }
        #expect(integrity == "ok")
        #expect(orphans == 0)
        try queue.close()
    }
}

extension SQLiteJobStore {
    /// Enough for these tests.
    func allJobs() async throws -> [JobRecord] { try await jobs(matching: JobQuery(limit: 1000)).jobs }
}

/// The process that dies.
private enum Probe {
    static func run(file: String, death: CrashTests.Death) async throws -> [String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "StoreCrashProbe")
        process.arguments = [file, death.verb.rawValue, death.point.rawValue, "\(death.count)"]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationReason == .uncaughtSignal, "the point was reached")
        #expect(process.terminationStatus == SIGKILL)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
