import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringStore

@Suite("While the server is away")
struct OutageTests {
    @Test("jobs go into the spool, and to the server when it is back, in order", arguments: FlakyServer.Fault.allCases)
    func jobs(_ fault: FlakyServer.Fault) async throws {
        try await FailoverKit.run { kit in
            kit.server.set(fault)
            for number in 1...5 {
                let result = try await kit.add(kit.new("a\(number)"))
                guard case .inserted = result.first else { return #expect(Bool(false), "\(result)") }
            }
            #expect(kit.store.status.state == .spooling)
            #expect(kit.store.status.spool.jobs == 5)
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            #expect(try await kit.states().count == 5)
            // Newest first.
            let order = try await kit.server.current.jobs(matching: JobQuery()).jobs.map(\.id.rawValue)
            #expect(order == ["a5", "a4", "a3", "a2", "a1"])
            #expect(kit.store.status.replayed == 5)
            #expect(kit.store.status.spool == SpoolTally())
            #expect(kit.store.status.conflicts == 0)
        }
    }

    @Test("a request stays whole, and its id answers from the spool")
    func answers() async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            let (one, other) = (kit.new("one", arguments: "{\"n\":1}"), kit.new("other"))
            try await kit.add(one, other)
            #expect(try await kit.store.job(one.record.id) == one.record)
            #expect(try await kit.store.attempts(of: one.record.id) == [])
            #expect(try await kit.add(one) == [.duplicate(one.record)])
            #expect(try await kit.add(kit.new("one"), kit.new("third")) == [.idConflict, .notWritten])
            await #expect(throws: MainspringError.self) { try await kit.store.job(JobID(rawValue: "unknown")!) }
            #expect(kit.store.status.spool.jobs == 2)
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
                let job = try await kit.store.job(one.record.id)
                #expect(job?.state == .available)
            }
        }
    }

    @Test("what cannot be answered fails at once, and says so", arguments: ["pause", "retry", "list", "cancel", "ask"])
    func refusals(_ verb: String) async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            try await kit.add(kit.new())
            let calls = kit.server.calls(.control) + kit.server.calls(.read)
            let error = await #expect(throws: MainspringError.self) {
                let id = JobID(rawValue: "x")!
                switch verb {
                case "pause": try await kit.store.setPaused(true, queue: "q")
                case "retry": _ = try await kit.store.retry(id, now: kit.time.now())
                case "list": _ = try await kit.store.jobs(matching: JobQuery())
                case "cancel": _ = try await kit.store.cancel([id], now: kit.time.now())
                default: _ = try await kit.store.ask(.drain, of: "n2")
                }
            }
            #expect(error?.code == .storeUnreachable)
            #expect(error?.hint != nil)
            #expect(kit.server.calls(.control) + kit.server.calls(.read) == calls)
        }
    }

    @Test("a full spool refuses jobs, and still takes the ends of attempts")
    func bounds() async throws {
        try await FailoverKit.run { kit in
            let spool = MemorySpool(bounds: SpoolBounds(jobs: 2))
            let kit = try await kit.with(spool)
            try await kit.add(kit.new("running"))
            let lease = try #require(try await kit.claim().first)
            kit.server.set(.unreachable)
            try await kit.add(kit.new(), kit.new())
            let error = await #expect(throws: MainspringError.self) { try await kit.add(kit.new("late")) }
            #expect(error?.code == .storeFull)
            #expect(kit.store.status.problem?.code == .storeFull)
            #expect(try await kit.store.settle([kit.end(lease)]) == [.settled(.completed)])
            #expect(kit.store.status.spool.ends == 1)
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            #expect(kit.store.status.problem == nil)
            #expect(try await kit.states()["late"] == nil, "what was refused is not there")
            #expect(try await kit.states()["running"] == .completed)
        }
    }

    @Test("ends go first, before any job, and before the node claims")
    func endsFirst() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("a"), kit.new("b"))
            let leases = try await kit.claim()
            #expect(leases.count == 2)
            kit.server.set(.unreachable)
            for lease in leases {
                #expect(try await kit.store.settle([kit.end(lease)]) == [.settled(.completed)])
            }
            #expect(try await kit.claim(nonce: "away") == [])
            try await kit.add(kit.new("c"))
            // The jobs cannot be replayed, the ends can.
            kit.server.set(nil)
            kit.server.failNext(.insert, .readOnly)
            try await kit.running {
                await kit.until("the ends are replayed") { $0.spool.ends == 0 }
                let states = try await kit.states()
                #expect(states["a"] == .completed)
                await kit.back()
            }
            #expect(try await kit.states() == ["a": .completed, "b": .completed, "c": .available])
            #expect(kit.store.status.replayed == 3)
            #expect(kit.store.status.stale == 0)
        }
    }

    @Test("an end that was written by a call without an answer is no stale one")
    func unansweredEnd() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("a"))
            let lease = try #require(try await kit.claim().first)
            kit.server.failNext(.exchange, .unanswered)
            #expect(try await kit.store.settle([kit.end(lease)]) == [.settled(.completed)])
            #expect(try await kit.states()["a"] == .completed)
            try await kit.running { await kit.back() }
            #expect(kit.store.status.stale == 0)
            #expect(try await kit.server.current.attempts(of: lease.job.id)?.count == 1)
        }
    }

    @Test("an end that came too late is refused and counted")
    func staleEnd() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("a"))
            let lease = try #require(try await kit.claim().first)
            kit.server.set(.unreachable)
            _ = try await kit.store.settle([kit.end(lease)])
            // Another node took it for dead.
            let other = NodeIdentity(name: "other", incarnation: "1")
            let beat = NodeBeat(
                node: NodeRecord(identity: other, startedAt: kit.time.now(), seenAt: kit.time.now()),
                lease: .seconds(30))
            let term = try #require(try await kit.server.current.beat(beat).term)
            #expect(try await kit.server.current.reclaim(under: term, now: kit.time.now(), limit: 9).count == 1)
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            #expect(kit.store.status.stale == 1)
            #expect(try await kit.states()["a"] == .available)
        }
    }

    @Test("a claim without an answer is handed out again")
    func unansweredClaim() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("a"), kit.new("b"), kit.new("c"))
            kit.server.failNext(.exchange, .unanswered)
            #expect(try await kit.claim(2, nonce: "lost") == [])
            try await kit.running { await kit.back() }
            let leases = try await kit.claim(3, nonce: "next")
            #expect(Set(leases.map(\.job.id.rawValue)) == ["a", "b", "c"])
            #expect(try await kit.store.settle(leases.map { kit.end($0) }).allSatisfy { $0 == .settled(.completed) })
        }
    }

    @Test("leases hold, and beats answer what was known, without a term")
    func node() async throws {
        try await FailoverKit.run { kit in
            let record = NodeRecord(identity: FailoverKit.node, startedAt: kit.time.now(), seenAt: kit.time.now())
            let beat = NodeBeat(node: record, lease: .seconds(30))
            let term = try #require(try await kit.store.beat(beat).term)
            try await kit.add(kit.new("a"))
            let lease = try #require(try await kit.claim().first)
            kit.server.set(.unreachable)
            #expect(try await kit.store.renew([lease.token], lease: .seconds(30)) == Renewal())
            let answer = try await kit.store.beat(beat)
            #expect(answer.term == nil)
            #expect(answer.nodes.map(\.identity) == [FailoverKit.node])
            #expect(try await kit.store.nodes().map(\.identity) == [FailoverKit.node])
            #expect(
                try await kit.store.report([AttemptReport(id: lease.job.id, token: lease.token)], now: kit.time.now())
                    == [.recorded(cancelRequested: false)])
            let error = await #expect(throws: MainspringError.self) {
                try await kit.store.promote(under: term, now: kit.time.now(), limit: 1)
            }
            #expect(error?.code == .staleTerm)
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
                let answer = try await kit.store.beat(beat)
                #expect(answer.term != nil)
                let reclaimed = try await kit.store.reclaim(under: term, now: kit.time.now(), limit: 1)
                #expect(reclaimed == [])
            }
        }
    }

    @Test("a node can start without its server")
    func start() async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            #expect(try await kit.store.nodes() == [])
            let record = NodeRecord(identity: FailoverKit.node, startedAt: kit.time.now(), seenAt: kit.time.now())
            let answer = try await kit.store.beat(NodeBeat(node: record, lease: .seconds(30)))
            #expect(!answer.isRefused)
            #expect(answer.nodes.count == 1)
            #expect(kit.store.status.state == .spooling)
            // It is known to the server before it claims.
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            #expect(try await kit.server.current.nodes().map(\.identity) == [FailoverKit.node])
        }
    }

    @Test("a cancelled job of the spool is cancelled on the server, and never available")
    func cancel() async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            try await kit.add(kit.new("a"), kit.new("b"))
            let id = JobID(rawValue: "a")!
            guard case .cancelled(let job)? = try await kit.store.cancel([id], now: kit.time.now()).first else {
                return #expect(Bool(false))
            }
            #expect(job.state == .cancelled)
            #expect(try await kit.store.job(id)?.state == .cancelled)
            #expect(try await kit.store.cancel([id], now: kit.time.now()) == [.alreadyFinal(job)])
            let reborn = try await kit.reborn()
            #expect(try await reborn.store.job(id)?.state == .cancelled)
            try await reborn.running {
                kit.server.set(nil)
                await reborn.back()
            }
            #expect(try await kit.states() == ["a": .cancelled, "b": .available])
            #expect(reborn.store.status.spool == SpoolTally())
        }
    }

    @Test("who adds a job waits a quarter of a second at most, and not at all once the server is known to be away")
    func noWaiting() async throws {
        try await FailoverKit.run { kit in
            // Looks, replays and all else hang for as long.
            kit.server.set(delay: .seconds(1))
            var waits: [FailoverStatus.State: [Int]] = [:]
            try await kit.running {
                for _ in 0..<300 {
                    let (state, new, isOver) = (kit.store.status.state, kit.new(), Signal())
                    let adding = kit.task {
                        defer { isOver.notify() }
                        return try await kit.add(new)
                    }
                    await kit.rest()
                    var waited = 0
                    while !isOver.isReached, waited < 10_000 {
                        kit.time.advance(by: .milliseconds(10))
                        waited += 10
                        await kit.rest()
                    }
                    guard case .inserted? = try await adding.value.first else { return #expect(Bool(false)) }
                    waits[state, default: []].append(waited)
                    kit.time.advance(by: .milliseconds(70))
                    await kit.rest()
                }
                kit.server.set(delay: nil)
                await kit.back()
            }
            #expect(waits[.primary]?.max() == 250)
            #expect(waits[.spooling]?.count ?? 0 > 5 && waits[.spooling]?.max() == 0)
            // The last of the spool is waited for so long.
            #expect(waits[.draining]?.count ?? 0 > 20 && waits[.draining]?.max() ?? 0 <= 250)
            let count = try await kit.states().count
            #expect(count == 300)
        }
    }

    @Test("a slow server keeps its workers, and nobody waits for it")
    func slow() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("a"))
            kit.server.set(delay: .seconds(1))
            try await kit.running {
                async let result = kit.add(kit.new("slow"))
                await kit.rest()
                kit.time.advance(by: FailoverStore.patience)
                let answer = try await result
                guard case .inserted? = answer.first else { return #expect(Bool(false)) }
                #expect(kit.store.status.state == .spooling)
                #expect(kit.store.status.reason == .slow)
                async let leases = kit.claim()
                await kit.rest()
                kit.time.advance(by: .seconds(1))
                let ids = try await leases.map(\.job.id.rawValue)
                #expect(ids == ["a", "slow"], "it took both jobs, slowly")
                kit.server.set(delay: nil)
                await kit.back()
            }
            #expect(try await kit.states().keys.sorted() == ["a", "slow"])
            #expect(kit.store.status.conflicts == 0)
        }
    }

    @Test("a unique key is never held twice: the later job ends as an alias of the holder")
    func alias() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("holder", key: "k"))
            kit.server.set(.unreachable)
            try await kit.add(kit.new("one", key: "k"), kit.new("two", key: "k"), kit.new("free"))
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            let states = try await kit.states()
            #expect(states == ["holder": .available, "one": .cancelled, "two": .cancelled, "free": .available])
            let alias = try #require(try await kit.onServer(JobID(rawValue: "two")!))
            #expect(alias.error == .uniqueConflict(with: JobID(rawValue: "holder")!))
            #expect(kit.store.status.conflicts == 2)
        }
    }

    @Test("an id that another job took meanwhile is a conflict, and holds up nothing")
    func takenID() async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            try await kit.add(kit.new("a"), kit.new("b"))
            _ = try await kit.server.current.insert([[kit.new("a", kind: "other")]], now: kit.time.now())
            try await kit.running {
                kit.server.set(nil)
                await kit.back()
            }
            #expect(try await kit.states().keys.sorted() == ["a", "b"])
            #expect(kit.store.status.conflicts == 1)
        }
    }
}
