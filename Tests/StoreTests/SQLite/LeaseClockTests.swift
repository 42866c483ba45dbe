import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("The clock of the leases in a file")
struct LeaseClockTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    @Test("begins anew with the machine: what an earlier start wrote for days ahead is over")
    func restart() async throws {
        let long = ManualTime()
        long.advance(by: .seconds(10 * 86_400))
        let before = try SQLiteJobStore(path: kit.file, time: long)
        _ = try await kit.beat(before)
        _ = try await before.insert([[kit.job("a")]], now: FileKit.at(0))
        #expect(try await kit.claim(before).count == 1)
        #expect(try await before.nodes().count == 1)
        try await before.close()

        let after = try SQLiteJobStore(path: kit.file, time: ManualTime())
        #expect(try await after.nodes() == [])
        #expect(try await after.ask(.drain, of: "alice") == false)
        let bob = NodeRecord(
            identity: NodeIdentity(name: "bob", incarnation: "1"), startedAt: FileKit.at(0), seenAt: FileKit.at(0))
        let answer = try await after.beat(NodeBeat(node: bob, lease: .seconds(10)))
        #expect(answer.nodes.map(\.identity.name) == ["bob"])
        let term = try #require(answer.term)
        #expect(term.number == 2)
        let reclaimed = try await after.reclaim(under: term, now: FileKit.at(1), limit: 10)
        #expect(reclaimed.map(\.id.rawValue) == ["a"])
        try await after.close()
    }

    @Test("ends a lease after an hour, and not before, however long it was to be")
    func longest() async throws {
        let time = ManualTime()
        let store = try SQLiteJobStore(path: kit.file, time: time)
        _ = try await store.insert([[kit.job("a")]], now: FileKit.at(0))
        _ = try await kit.beat(store, lease: .seconds(86_400))
        _ = try await kit.claim(store, lease: .seconds(86_400))
        time.advance(by: .seconds(3600))
        let term = try await kit.beat(store)
        #expect(try await store.reclaim(under: term, now: FileKit.at(1), limit: 10) == [])
        time.advance(by: .milliseconds(1))
        #expect(try await store.reclaim(under: term, now: FileKit.at(1), limit: 10).count == 1)
        try await store.close()
    }
}
