import MainspringCore
import MainspringRuntime
import MainspringStore
import Synchronization

/// What a handle was told.
private final class NewsLog: Sendable {
    private let heard = Mutex(StoreNews())
    private let arrived = Signal()
    private let wanted: StoreNews

    init(_ wanted: StoreNews = .all) { self.wanted = wanted }

    var all: StoreNews { heard.withLock { $0 } }

    func hear(_ news: StoreNews) {
        let now = heard.withLock { heard in
            heard.formUnion(news)
            return heard
        }
        if now.isSuperset(of: wanted) { arrived.notify() }
    }

    /// Ten seconds in real time at most: a store that tells nothing fails, and does not hang.
    func wait() async -> Bool {
        let timer = SystemTime().schedule(after: .seconds(10)) { self.arrived.notify() }
        await arrived.wait()
        timer.cancel()
        return all.isSuperset(of: wanted)
    }
}

extension StoreConformance {
    private struct Write: Sendable {
        let name: String
        let news: StoreNews
        /// Calls its second parameter right before the write that is told.
        let body: @Sendable (StoreProbe, () -> Void) async throws -> Void
    }

    private static let writes: [Write] = [
        Write(name: "new jobs", news: .work) { probe, listen in
            listen()
            try await probe.add(try probe.new("a"))
        },
        Write(name: "the end of an attempt", news: [.work, .ended]) { probe, listen in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            listen()
            try await probe.settle(lease, .interrupted, now: 1)
        },
        Write(name: "a cancel", news: [.ended, .control]) { probe, listen in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            _ = try await probe.claim(1)
            listen()
            try await probe.cancel("a")
            try await probe.cancel("b")
        },
        Write(name: "a retry", news: .work) { probe, listen in
            try await probe.add(try probe.new("a"))
            try await probe.cancel("a")
            listen()
            try await probe.retry("a")
        },
        Write(name: "restored jobs", news: .work) { probe, listen in
            listen()
            _ = try await probe.restore(.init(record: try probe.new("a").record))
        },
        Write(name: "a queue that goes on", news: .work) { probe, listen in
            try await probe.store.setPaused(true, queue: "default")
            listen()
            try await probe.store.setPaused(false, queue: "default")
        },
        Write(name: "a promotion", news: .work) { probe, listen in
            _ = try await probe.term()
            try await probe.add(try probe.new("a", due: 1))
            listen()
            _ = try await probe.promote(now: 2)
        },
        Write(name: "a reclaim", news: [.work, .ended]) { probe, listen in
            _ = try await probe.term()
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne()
            listen()
            _ = try await probe.reclaim(now: 1)
        },
        Write(name: "parked jobs that are in line again", news: .work) { probe, listen in
            try await probe.add(try probe.new("a", kind: "odd"))
            _ = try await probe.park()
            try await probe.beat(StoreProbe.bob, kinds: ["odd": 1])
            listen()
            _ = try await probe.park()
        },
        Write(name: "a node that came", news: .control) { probe, listen in
            listen()
            try await probe.beat(StoreProbe.bob)
        },
        Write(name: "a node that left", news: .control) { probe, listen in
            try await probe.beat(StoreProbe.bob)
            listen()
            try await probe.store.leave(StoreProbe.bob)
        },
        Write(name: "a wish for a node", news: .control) { probe, listen in
            try await probe.beat(StoreProbe.bob)
            listen()
            _ = try await probe.store.ask(.drain, of: "bob")
        },
    ]

    static let newsCases: [Case] =
        writes.map { write in
            Case("the other handle hears of \(write.name), the writing one does not", needsPeer: true) { probe in
                let peer = try probe.peer
                let (own, other) = (NewsLog(), NewsLog(write.news))
                probe.store.onNews { own.hear($0) }
                try await write.body(probe) { peer.onNews { other.hear($0) } }
                try expect(await other.wait(), "the other heard of it: \(other.all.rawValue)")
                try expectEqual(own.all, [], "what the writer heard")
                probe.store.onNews(nil)
                peer.onNews(nil)
            }
        } + [
            Case("news go both ways, and the last handler is the one that is called", needsPeer: true) { probe in
                let beside = try probe.beside
                let before = NewsLog()
                let (here, there) = (NewsLog(.work), NewsLog(.work))
                for one in [before, here] { probe.store.onNews { one.hear($0) } }
                beside.store.onNews { there.hear($0) }
                try await probe.add(try probe.new("a"))
                try expect(await there.wait(), "the peer heard")
                try await beside.add(try beside.new("b"))
                try expect(await here.wait(), "the store heard")
                try expectEqual(before.all, [], "what the handler before the last one heard")
                probe.store.onNews(nil)
                beside.store.onNews(nil)
            }
        ]
}
