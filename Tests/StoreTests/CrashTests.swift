import Foundation
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
        let folder = try TemporaryFolder(inMemory: true)
        let file = folder.file("jobs.db")
        let said = try await Probe.run(file: file, death: death)
        #expect(try await SQLiteStoreFile.check(path: file) == [])
        let store = try SQLiteJobStore(path: file, durability: .normal)
        try await StoreConformance.Case.checkWhole(store)
        try await checkAcknowledged(said, store)
        let jobs = try await store.allJobs()
        for job in jobs { try await check(job, in: store) }
        try checkGroups(jobs)
        let term = try await checkTerm(said, store)
        try await checkEnd(store, term)
        try await store.close()
        #expect(try await SQLiteStoreFile.check(path: file) == [])
    }

    @Test("and every verb has every point")
    func everyPointIsReached() async throws {
        // A probe that is told to die never ends with status 3, so the cases above prove it; here the list itself.
        #expect(Set(Self.deaths.map(\.verb)) == Set(StoreVerb.allCases))
        #expect(Set(Self.deaths.map(\.point)) == Set(CrashPoint.allCases))
    }

    /// What the process was told to be written is there.
    private func checkAcknowledged(_ said: [Said], _ store: SQLiteJobStore) async throws {
        let pruned = said.contains(.pruning)
        for word in said {
            switch word {
            case .inserted(let id):
                guard try await store.job(id) == nil else { continue }
                // Only these are ever cancelled, and nothing is pruned before prune was called.
                let isPrunable =
                    id.rawValue.hasSuffix("-5") || ["last", "next", "loser"].contains { id.rawValue.hasPrefix($0) }
                #expect(pruned && isPrunable, "\(id) was acknowledged and is gone")
            case .settled(let id):
                #expect(try await store.job(id)?.state == .completed, "\(id) was acknowledged as settled")
            case .reported(let id):
                guard try await store.job(id) != nil else { continue }
                let outputs = try await store.outputs(of: id)
                let ended = try await store.attempts(of: id)?.contains {
                    $0.outcome != nil && $0.outcome != .interrupted
                }
                #expect(!outputs.isEmpty || ended == true, "what \(id) reported was acknowledged")
            case .term, .pruning: continue
            }
        }
    }

    private func check(_ job: JobRecord, in store: SQLiteJobStore) async throws {
        let attempts = try await store.attempts(of: job.id) ?? []
        let ends = attempts.compactMap(\.outcome)
        let used = ends.count { $0 == .success || $0 == .failure }
        #expect(used == job.attempt, "\(job.id) counts the attempts of its history")
        #expect(ends.count { $0 == .snoozed } == job.snoozes)
        #expect(ends.count { $0 == .interrupted } == job.rescues)
        #expect(ends.count { $0 == .success } == (job.state == .completed ? 1 : 0), "\(job.id) was settled once")
        #expect((job.state == .running) == (job.node != nil))
    }

    /// Groups of six were inserted whole or not at all; only the last of them may be pruned.
    private func checkGroups(_ jobs: [JobRecord]) throws {
        let rounds = Dictionary(grouping: jobs.filter { $0.id.rawValue.hasPrefix("job-") }) {
            $0.id.rawValue.split(separator: "-")[1]
        }
        for (round, jobs) in rounds { #expect(jobs.count >= 5, "round \(round) is whole") }
    }

    /// At most one node leads; the next term is greater than every one that was issued, and the last of those is over.
    private func checkTerm(_ said: [Said], _ store: SQLiteJobStore) async throws -> Term {
        let nodes = try await store.nodes()
        #expect(nodes.count { $0.isLeader } <= 1)
        #expect(Set(nodes.map(\.identity.name)).isSubset(of: ["probe", "helper"]))
        let issued = said.compactMap { if case .term(let number) = $0 { number } else { nil } }
        #expect(issued == issued.sorted() && Set(issued).count == issued.count, "numbers only grow")
        let answer = try await store.beat(
            NodeBeat(
                node: NodeRecord(
                    identity: Self.owner, startedAt: Self.now, seenAt: Self.now, kinds: ["probe": 1, "odd": 1]),
                lease: .seconds(3600), gone: Set(nodes.map(\.identity))))
        let term = try #require(answer.term)
        #expect(answer.nodes.map(\.identity) == [Self.owner])
        #expect(term.number > issued.last ?? 0)
        for old in issued.suffix(2) {
            await #expect(throws: MainspringError.self) {
                try await store.reclaim(under: Term(number: old), now: Self.now, limit: 1000)
            }
        }
        return term
    }

    /// The next node gets back everything that ran, parks nothing that it knows, and brings every job to its end; then no job
    /// is left over, and every key is free.
    private func checkEnd(_ store: SQLiteJobStore, _ term: Term) async throws {
        let now = Self.now
        let running = try await store.allJobs().filter { $0.state == .running }.map(\.id)
        let reclaimed = try await store.reclaim(under: term, now: now, limit: 1000)
        #expect(Set(reclaimed.map(\.id)) == Set(running))
        _ = try await store.promote(under: term, now: now, limit: 1000)
        #expect(try await store.park(under: term, limit: 1000).parked == 0)
        #expect(try await store.queues().allSatisfy { $0.parked == 0 })
        let keys = Set(try await store.allJobs().compactMap(\.unique?.released.key))
        // A second time for those that waited for the end of another.
        for round in ["first", "second"] {
            let waiting = try await store.allJobs().filter { $0.state == .available }.map(\.id)
            let leases = try await store.claim(
                ClaimRequest(
                    owner: Self.owner, demand: ["default": 1000, "keys": 1000], kinds: ["probe": 1, "odd": 1],
                    nonce: round, now: now, lease: .seconds(60)))
            #expect(Set(leases.map(\.job.id)) == Set(waiting))
            let results = try await store.settle(leases.map { end($0) })
            #expect(results.allSatisfy { $0 == .settled(.completed) })
        }
        #expect(try await store.allJobs().filter { !$0.state.isFinal } == [])
        let states: Set<JobState> = [.available]
        for (number, key) in keys.enumerated() {
            let record = JobRecord(
                id: JobID(rawValue: "fresh-\(number)")!, kind: "probe", queue: "default", state: .available,
                priority: .normal, arguments: "{}", maxAttempts: 1, createdAt: now, scheduledAt: now,
                unique: UniqueHold(key: key, states: states))
            #expect(
                try await store.insert([[NewJob(record: record)]], now: now) == [[.inserted(record)]], "\(key) is free")
        }
        try await StoreConformance.Case.checkWhole(store)
    }

    private static let now = Timestamp(microseconds: 1_900_000_000_000_000)
    private static let owner = NodeIdentity(name: "probe", incarnation: "after")

    private func end(_ lease: Lease) -> Settlement {
        var random = SeededGenerator(seed: 1)
        return Settlement(
            lease: lease, outcome: .success(result: nil), policy: RetryPolicy(), node: "probe", startedAt: Self.now,
            now: Self.now, cancelRequested: false, using: &random)
    }
}

extension SQLiteJobStore {
    /// Enough for these tests.
    func allJobs() async throws -> [JobRecord] { try await jobs(matching: JobQuery(limit: 1000)).jobs }
}

/// What the process said before it died.
private enum Said: Equatable {
    case inserted(JobID)
    case settled(JobID)
    case reported(JobID)
    case term(Int64)
    case pruning

    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        switch (words.first, words.last.flatMap { JobID(rawValue: $0) }) {
        case ("inserted", let id?): self = .inserted(id)
        case ("settled", let id?): self = .settled(id)
        case ("reported", let id?): self = .reported(id)
        case ("term", let number?): self = .term(Int64(number.rawValue) ?? -1)
        case ("pruning", _): self = .pruning
        default: return nil
        }
    }
}

/// The process that dies.
private enum Probe {
    static func run(file: String, death: CrashTests.Death) async throws -> [Said] {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "StoreCrashProbe")
        let output = try TestPipe()
        let process = try SpawnedProcess(
            program.path, [file, death.verb.rawValue, death.point.rawValue, "\(death.count)"], output: output.writing)
        let text = await output.text()
        try #require(await process.end() == 128 + SIGKILL, "the point was reached")
        return text.split(separator: "\n").compactMap { Said($0) }
    }
}
