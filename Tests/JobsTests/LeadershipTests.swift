import MainspringCore
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringJobs

@Suite("Who leads, and who is heard", .timeLimit(.minutes(1)))
struct LeadershipTests {
    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    @Test("every change is told once, with what holds now; the loss of an older term changes nothing")
    func changes() {
        let leadership = Leadership()
        let told = Mutex<[Int64?]>([])
        leadership.onChange { term in told.withLock { $0.append(term?.number) } }
        leadership.set(Term(number: 1))
        leadership.set(Term(number: 1))
        leadership.lost(Term(number: 1))
        leadership.lost(Term(number: 1))
        leadership.set(Term(number: 3))
        leadership.lost(Term(number: 2))
        leadership.set(nil)
        #expect(told.withLock { $0 } == [1, nil, 3, nil])
        #expect(leadership.term == nil)
    }

    @Test("membership holds for a lease from the last beat that was heard, and a return is told once")
    func membership() {
        let membership = Membership()
        let returns = Mutex(0)
        membership.onReturn { returns.withLock { $0 += 1 } }
        #expect(membership.holds(at: Self.at(1_000)), "it never joined")
        membership.heard(at: Self.at(0))
        #expect(membership.holds(at: Self.at(30)))
        #expect(!membership.holds(at: Self.at(31)))
        membership.heard(at: Self.at(30))
        #expect(returns.withLock { $0 } == 0)
        #expect(membership.isSteady(at: Self.at(60)))
        membership.heard(at: Self.at(61))
        #expect(returns.withLock { $0 } == 1)
        #expect(membership.holds(at: Self.at(61)))
        #expect(!membership.isSteady(at: Self.at(65)), "others need time to be heard too")
        #expect(membership.isSteady(at: Self.at(66)))
        membership.heard(at: Self.at(66))
        #expect(returns.withLock { $0 } == 1)
    }

    @Test("a refused node is no member until it is heard again")
    func refused() {
        let membership = Membership()
        membership.heard(at: Self.at(0))
        membership.refused()
        #expect(!membership.holds(at: Self.at(1)))
        membership.heard(at: Self.at(2))
        #expect(membership.holds(at: Self.at(2)))
    }

    @Test(
        "a node whose term the store no longer knows stops leading at its next write, and leads again when it gets one")
    func staleTerm() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(in: .seconds(5))
            await node.time.timersPending(TestNode.idleTimers + 1)
            // Another node took the term and left again.
            _ = try await node.rob()
            node.time.advance(by: .seconds(5))
            await node.events.first { $0 == .job(.leadsNoMore) }
            #expect(try await node.job(id).state == .scheduled)
            await node.time.timersPending(TestNode.idleTimers)
            node.time.advance(by: .seconds(5))
            await node.executor.started(1)
            #expect(node.events.events.contains(.job(.leads(Term(number: 3)))))
            #expect(node.health.error == nil, "a stale term is no failure of the store")
        }
    }
}
