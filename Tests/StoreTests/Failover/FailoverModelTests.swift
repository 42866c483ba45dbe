import Foundation
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringStore

@Suite("A failover store")
struct FailoverModelTests {
    @Test("keeps the rules of a store while its server is there", arguments: StoreConformance.cases)
    func conformance(_ rule: StoreConformance.Case) async throws {
        let time = ManualTime()
        let server = FlakyServer(time: time)
        let store = try await FailoverStore(primary: server, spool: MemorySpool(), time: time)
        let peer = try await FailoverStore(primary: server.peer(), spool: MemorySpool(), time: time)
        try await rule.check(store, peer: rule.needsPeer ? peer : nil) { time.advance(by: $0) }
        #expect(store.status.state == .primary)
    }

    private static let firstSeed = ProcessInfo.processInfo.environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? 0

    /// Each seed is one history of requests, claims, ends, outages of every kind, restarts of the server and deaths of the node.
    @Test("loses nothing and ends nothing twice, whenever the server goes", arguments: 0..<4)
    func outages(_ part: UInt64) async throws {
        for seed in Self.firstSeed + part * 100..<Self.firstSeed + (part + 1) * 100 {
            try await FailoverKit.run { kit in
                var history = FailoverHistory(kit, seed: seed)
                if let problem = try await history.run(steps: 60) {
                    Issue.record("seed \(seed): \(problem)\n\(history.steps.joined(separator: "\n"))")
                }
            }
        }
    }
}

/// What callers and workers saw, and what must be true of the server in the end.
struct FailoverHistory {
    private var kit: FailoverKit
    private var random: SeededGenerator
    private(set) var steps: [String] = []
    private var promised: Set<JobID> = []
    /// Held by workers.
    private var leases: [Lease] = []
    private var leased: [JobID: AttemptToken] = [:]
    private var settled: Set<JobID> = []
    private var number = 0
    private var deaths = 0

    init(_ kit: FailoverKit, seed: UInt64) {
        self.kit = kit
        random = SeededGenerator(seed: seed)
    }

    /// What is wrong, or nil.
    mutating func run(steps count: Int) async throws -> String? {
        var left = count
        while left > 0 {
            // Until the node dies.
            var life = Int.random(in: 5...40, using: &random)
            var problem: String?
            let store = kit.store
            let runner = kit.task { await store.run() }
            while life > 0, left > 0, problem == nil {
                problem = try await step()
                life -= 1
                left -= 1
            }
            runner.cancel()
            _ = await runner.result
            if let problem { return problem }
            if left > 0 {
                steps.append("dies")
                deaths += 1
                kit = try await kit.reborn()
            }
        }
        kit.server.set(nil)
        var problem: String?
        try await kit.running {
            await kit.back()
            problem = try await finish()
        }
        return problem
    }

    private mutating func step() async throws -> String? {
        defer { number += 1 }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let jobs = (0...Int.random(in: 0...2, using: &random)).map { kit.new("j\(number)-\($0)") }
            steps.append("insert \(jobs.map(\.record.id.rawValue))")
            for result in try await kit.store.insert([jobs], now: kit.time.now())[0] {
                guard case .inserted(let job) = result else { return "\(result)" }
                promised.insert(job.id)
            }
        case 4..<6:
            let taken = try await kit.claim(Int.random(in: 1...4, using: &random), nonce: "n\(number)")
            steps.append("claim \(taken.map(\.job.id.rawValue))")
            if let problem = take(taken) { return problem }
        case 6..<8:
            let ended = (0..<min(2, leases.count)).map { _ in leases.removeFirst() }
            steps.append("end \(ended.map(\.job.id.rawValue))")
            let results = try await kit.store.settle(ended.map { kit.end($0) })
            for (lease, result) in zip(ended, results) {
                guard result == .settled(.completed) else { return "\(lease.job.id): \(result)" }
                if !settled.insert(lease.job.id).inserted { return "\(lease.job.id) ended twice" }
            }
        case 8:
            let fault =
                [nil, nil, FlakyServer.Fault.unreachable, .unanswered, .readOnly, .full]
                .randomElement(using: &random) ?? nil
            steps.append("fault \(fault.map { "\($0)" } ?? "none")")
            kit.server.set(fault)
            if fault == nil, Bool.random(using: &random) { kit.server.restart() }
        default:
            let pause = Int.random(in: 1...800, using: &random)
            steps.append("\(pause) ms")
            kit.time.advance(by: .milliseconds(pause))
            await kit.rest()
        }
        return nil
    }

    private mutating func take(_ taken: [Lease]) -> String? {
        for lease in taken {
            if leased[lease.job.id] != nil, deaths == 0 { return "\(lease.job.id) was handed out twice" }
            leased[lease.job.id] = lease.token
            leases.append(lease)
        }
        return nil
    }

    private mutating func finish() async throws -> String? {
        if deaths > 0 {
            // What a dead node was handed, and never knew of.
            let other = NodeIdentity(name: "other", incarnation: "1")
            let record = NodeRecord(identity: other, startedAt: kit.time.now(), seenAt: kit.time.now())
            let held = Set(leases.map(\.token))
            if let term = try await kit.server.current.beat(NodeBeat(node: record, lease: .seconds(30))).term {
                _ = try await kit.server.current.reclaim(under: term, now: kit.time.now(), limit: 1000)
            }
            leases.removeAll { held.contains($0.token) }
        }
        for round in 0..<100 {
            if let problem = take(try await kit.claim(10, nonce: "last\(round)")) { return problem }
            if leases.isEmpty { break }
            _ = try await kit.store.settle(leases.map { kit.end($0) })
            leases = []
        }
        let states = try await kit.states()
        for id in promised {
            guard let state = states[id.rawValue] else { return "\(id) is lost" }
            if state != .completed { return "\(id) is \(state)" }
            let attempts = try await kit.server.current.attempts(of: id) ?? []
            let successes = attempts.count { $0.outcome == .success }
            if successes != 1 { return "\(id) ended \(successes) times" }
        }
        if states.count != promised.count { return "\(states.count) jobs, promised were \(promised.count)" }
        let status = kit.store.status
        if status.stale > 0 || status.conflicts > 0 || status.spool != SpoolTally() { return "\(status)" }
        return nil
    }
}
