import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringStore

@Suite("When the server comes back")
struct ReturnTests {
    @Test("a node that was killed in any state goes on from its spool", arguments: [0, 1, 2, 3])
    func rebirth(_ moment: Int) async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("running"))
            let lease = try #require(try await kit.claim().first)
            kit.server.set(.unreachable)
            try await kit.add(kit.new("a"), kit.new("b"))
            _ = try await kit.store.settle([kit.end(lease)])
            var life = try await kit.reborn()
            #expect(life.store.status.state == .spooling)
            #expect(life.store.status.reason == .leftover)
            switch moment {
            // While the server is away.
            case 0: try await life.running { await life.rest() }
            // After the ends, before the jobs.
            case 1:
                kit.server.set(nil)
                kit.server.failNext(.insert, .readOnly)
                try await life.running { await life.until("the ends are there") { $0.spool.ends == 0 } }
            // The jobs are on the server, and still in the spool.
            case 2:
                kit.server.set(nil)
                kit.server.failNext(.insert, .unanswered)
                try await life.running { await life.until("it failed") { $0.reason == .unreachable } }
            // With jobs of its own.
            default:
                try await life.add(life.new("c"))
                kit.server.set(nil)
            }
            life = try await life.reborn()
            kit.server.set(nil)
            try await life.running { await life.back() }
            let expected: [String: JobState] = ["running": .completed, "a": .available, "b": .available]
            #expect(try await kit.states().filter { $0.key != "c" } == expected)
            #expect(try await kit.states()["c"] == (moment == 3 ? .available : nil))
            #expect(life.store.status.spool == SpoolTally())
            #expect(life.store.status.stale == 0)
        }
    }

    @Test("new jobs go behind the spooled ones until the last of them, and none is refused or lost")
    func behind() async throws {
        try await FailoverKit.run { kit in
            kit.server.set(.unreachable)
            for number in 0..<450 { try await kit.add(kit.new("s\(number)")) }
            kit.server.set(nil)
            kit.server.set(delay: .milliseconds(20))
            try await kit.running {
                var number = 0
                while kit.store.status.state != .primary, number < 1000 {
                    let new = kit.new("n\(number)")
                    let adding = kit.task { try await kit.add(new) }
                    let isOver = Signal()
                    let waiting = kit.task {
                        _ = await adding.result
                        isOver.notify()
                    }
                    while !isOver.isReached {
                        await kit.rest()
                        kit.time.advance(by: .milliseconds(10))
                    }
                    _ = await waiting.result
                    guard case .inserted? = try await adding.value.first else {
                        Issue.record("not inserted")
                        return
                    }
                    number += 1
                }
                #expect(number > 3)
                kit.server.set(delay: nil)
                await kit.back()
                let count = try await kit.states().count
                #expect(count == 450 + number)
            }
        }
    }

    @Test("what a server took before anybody looked at it is written again when it lost that")
    func beforeTheFirstLook() async throws {
        try await FailoverKit.run { kit in
            try await kit.add(kit.new("early"))
            kit.server.empty(sameProcess: true)
            try await kit.running {
                await kit.until("it was sent again") { $0.resent > 0 }
                await kit.back()
                let after = try await kit.states()
                #expect(after == ["early": .available])
            }
        }
    }

    @Test("a server that lost data just before the node stops gets it again")
    func beforeTheEnd() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                await kit.rest()
                try await kit.add(kit.new("last"))
                kit.server.empty(sameProcess: true)
            }
            let after = try await kit.states()
            #expect(after == ["last": .available])
        }
    }

    @Test("an answer that comes after its server was found to be another does not hide that the write is lost")
    func lateAnswer() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                await kit.rest()
                kit.server.set(lateness: .milliseconds(200))
                let new = kit.new("late")
                let adding = kit.task { try await kit.add(new) }
                await kit.rest()
                kit.server.set(lateness: nil)
                kit.server.empty(sameProcess: true)
                kit.store.lookSoon()
                await kit.until("it was found out") { $0.dataLostAt != nil && $0.state == .primary }
                kit.time.advance(by: .milliseconds(200))
                guard case .inserted = try await adding.value[0] else {
                    Issue.record("not inserted")
                    return
                }
                await kit.back()
                let after = try await kit.states()
                #expect(after == ["late": .available])
            }
        }
    }

    @Test("a server that restarted gets the last acknowledged writes again")
    func rolledBack() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                try await kit.add(kit.new("old"))
                await kit.rest()
                try await kit.server.save()
                try await kit.add(kit.new("new"))
                try await kit.add(kit.new("done"))
                let leases = try await kit.claim()
                let lease = try #require(leases.first { $0.job.id.rawValue == "done" })
                _ = try await kit.store.settle([kit.end(lease)])
                try await kit.server.rollBack()
                let before = try await kit.states()
                #expect(before == ["old": .available])
                await kit.until("it was found out") { $0.resent > 0 }
                await kit.back()
                let after = try await kit.states()
                #expect(after == ["old": .available, "new": .available, "done": .completed])
                #expect(kit.store.status.reason == .restarted)
                #expect(kit.store.status.dataLostAt == nil)
            }
        }
    }

    @Test("a server that is empty is told loudly, gets the last writes again, and goes on", arguments: [true, false])
    func emptied(sameProcess: Bool) async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                try await kit.add(kit.new("old"))
                for _ in 0..<10 {
                    kit.time.advance(by: .seconds(2))
                    await kit.rest()
                }
                try await kit.add(kit.new("new"))
                kit.server.empty(sameProcess: sameProcess)
                await kit.until("it was found out") { $0.dataLostAt != nil }
                await kit.back()
                let states = try await kit.states()
                #expect(states == ["new": .available], "the old one is gone, and nobody has it")
                #expect(kit.told.contains { $0.dataLostAt != nil })
                #expect(kit.store.status.resent == 1)
            }
        }
    }

    @Test("data that went while the node was down is told too")
    func emptiedBetweenLives() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                await kit.rest()
                try await kit.add(kit.new("old"))
            }
            kit.server.empty()
            let next = try await kit.reborn()
            try await next.running { await next.until("it was found out") { $0.dataLostAt != nil } }
        }
    }

    @Test("an idle node asks its server nothing")
    func idle() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                try await kit.add(kit.new("a"))
                for _ in 0..<30 {
                    kit.time.advance(by: .seconds(1))
                    await kit.rest()
                }
                let looks = kit.server.calls(.look)
                #expect(looks < 10)
                for _ in 0..<60 {
                    kit.time.advance(by: .seconds(1))
                    await kit.rest()
                }
                #expect(kit.server.calls(.look) == looks)
            }
        }
    }

    @Test("a server that comes and goes loses nothing, and is left alone longer each time")
    func flapping() async throws {
        try await FailoverKit.run { kit in
            try await kit.running {
                for number in 0..<40 {
                    kit.server.set(number % 2 == 0 ? .unreachable : nil)
                    try await kit.add(kit.new("j\(number)"))
                    kit.time.advance(by: .milliseconds(100))
                    await kit.rest()
                }
                kit.server.set(nil)
                await kit.back()
                let count = try await kit.states().count
                #expect(count == 40)
            }
            let returns = kit.told.count { $0.state == .primary }
            #expect(returns < 12, "\(returns)")
        }
    }

    @Test("it is noticed within a quarter of a second, and news wake the workers")
    func promptness() async throws {
        try await FailoverKit.run { kit in
            let news = EventCount()
            kit.store.onNews { if $0 == .all { news.add() } }
            try await kit.running {
                kit.server.set(.unreachable)
                try await kit.add(kit.new("a"))
                for _ in 0..<50 {
                    kit.time.advance(by: .milliseconds(100))
                    await kit.rest()
                }
                #expect(news.value == 0)
                kit.server.set(nil)
                kit.time.advance(by: .milliseconds(250))
                await kit.rest()
                #expect(kit.store.status.state == .primary)
                #expect(news.value > 0)
            }
        }
    }

    @Test("what stops the replay although the server answers is told, and tried again")
    func stuck() async throws {
        try await FailoverKit.run { kit in
            let spool = BrittleSpool()
            let kit = try await kit.with(spool)
            kit.server.set(.unreachable)
            try await kit.add(kit.new("a"))
            spool.fails(true)
            kit.server.set(nil)
            try await kit.running {
                await kit.until("it is stuck") { $0.problem?.code == .storeReadOnly }
                spool.fails(false)
                await kit.back()
            }
            #expect(kit.store.status.problem == nil)
            #expect(try await kit.states() == ["a": .available])
        }
    }
}
