import GRDB
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import Mainspring

@Suite("Moving a store")
struct StoreMoveTests {
    private let time = ManualTime()

    private func move(_ source: any JobStore, _ target: any JobStore) -> StoreMove {
        StoreMove(source: source, target: target, time: time, ids: RandomIDSource())
    }

    @Test("takes every job with its history, paused queues and schedules; from memory to SQLite and back")
    func everything() async throws {
        let scratch = try Scratch()
        let source = MovedStore(time: time)
        try await source.fill()
        let file = try SQLiteJobStore(path: scratch.file("a.db"), durability: .normal, time: time)
        let last = MemoryJobStore(time: time)
        let there = try await move(source.store, file).run()
        let back = try await move(file, last).run()
        #expect(there.moved == there.jobs && there.alreadyThere == 0 && there.yielded == 0)
        #expect(there.pausedQueues == 1 && there.schedules == 1)
        #expect(back.moved == there.moved)
        let image = try await StoreContent.of(source.store)
        #expect(image.jobs.count == there.jobs)
        #expect(try await StoreContent.of(file) == image)
        #expect(try await StoreContent.of(last) == image)
        // The jobs are handed out in the same order.
        let stores: [any JobStore] = [source.store, file, last]
        let orders = try await stores.asyncMap { try await MovedStore.order($0) }
        #expect(orders[0].count > 3 && Set(orders).count == 1)
        try await file.close()
    }

    @Test("goes on where it was cut off, at whatever step, without loss or doubles")
    func resumed() async throws {
        let source = MovedStore(time: time)
        try await source.fill(extra: 420)
        let image = try await StoreContent.of(source.store)
        for cut in 1...5 {
            let target = MemoryJobStore(time: time)
            let gate = StoreGate()
            let count = Mutex(0)
            let failing = ObservedStore(base: target, gate: gate, time: time) { op, _ in
                guard op == "restore" else { return }
                if count.withLock({ count in
                    count += 1
                    return count == cut
                }) {
                    gate.shut()
                }
            }
            await #expect(throws: MainspringError.self) { try await move(source.store, failing).run() }
            // As after a kill, it did not say goodbye.
            time.advance(by: .seconds(61))
            let tally = try await move(source.store, target).run()
            #expect(tally.jobs == image.jobs.count && tally.alreadyThere + tally.moved == tally.jobs)
            #expect(cut == 1 || tally.alreadyThere > 0)
            #expect(try await StoreContent.of(target) == image, "cut at \(cut)")
        }
    }

    @Test("is refused while a live node uses one of the stores, and not because of one that died")
    func nodes() async throws {
        let here = ProcessStamp.current()
        let dead = ProcessStamp(bootID: here.bootID, pidNamespace: here.pidNamespace, pid: 4_194_000, startTime: 1)
        for end in [0, 1] {
            let stores = [MemoryJobStore(time: time), MemoryJobStore(time: time)]
            func beat(_ process: ProcessStamp?) async throws {
                let node = NodeRecord(
                    identity: NodeIdentity(name: "market-1", incarnation: "i"), process: process, host: "alpha",
                    startedAt: time.now(), seenAt: time.now())
                _ = try await stores[end].beat(NodeBeat(node: node, lease: .seconds(30)))
            }
            try await beat(nil)
            let error = await #expect(throws: MainspringError.self) { try await move(stores[0], stores[1]).run() }
            #expect(error?.code == .locked && error?.message.contains("market-1 on alpha") == true)
            try await stores[end].leave(NodeIdentity(name: "market-1", incarnation: "i"))
            try await beat(dead)
            #expect(try await move(stores[0], stores[1]).run().jobs == 0)
        }
    }

    @Test("makes jobs of a dead owner available first, and counts the rescue")
    func reclaimed() async throws {
        let source = MovedStore(time: time)
        try await source.insert("cut")
        _ = try await source.claim(1)
        let target = MemoryJobStore(time: time)
        let tally = try await move(source.store, target).run()
        #expect(tally.reclaimed == 1 && tally.moved == 1)
        let job = try #require(try await target.job(JobID(rawValue: "cut")!))
        #expect(job.state == .available && job.rescues == 1)
        #expect(try await target.attempts(of: job.id)?.map(\.outcome) == [.interrupted])
    }

    @Test("a job whose key another of the target has ends there as its alias")
    func conflict() async throws {
        let (source, target) = (MovedStore(time: time), MovedStore(time: time))
        let hold = UniqueHold(key: "k", states: [.available, .scheduled])
        try await target.insert("winner", unique: hold)
        try await source.insert("loser", unique: hold)
        let tally = try await move(source.store, target.store).run()
        #expect(tally.yielded == 1)
        let job = try await target.store.job(JobID(rawValue: "loser")!)
        #expect(job?.state == .cancelled && job?.error?.code == "unique_conflict")
        #expect(try await source.store.job(JobID(rawValue: "loser")!)?.state == .available, "the source stays")
    }

    @Test("what is added to the source meanwhile is found")
    func meanwhile() async throws {
        let source = MovedStore(time: time)
        for number in 0..<150 { try await source.insert("j\(number)") }
        let target = MemoryJobStore(time: time)
        var move = move(source.store, target)
        let isFirst = Mutex(true)
        move.progress = { _ in
            guard
                isFirst.withLock({ first in
                    defer { first = false }
                    return first
                })
            else { return }
            try? await source.insert("late")
        }
        let tally = try await move.run()
        #expect(tally.jobs == 151 && tally.moved == 151)
        #expect(try await target.job(JobID(rawValue: "late")!) != nil)
    }
}

@Suite("A move between places")
struct StorePlaceTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func place(_ text: String) -> StorePlace { StorePlace(text, directory: scratch.path, environment: [:]) }

    private func file(_ name: String, jobs: [String]) async throws {
        let store = try SQLiteJobStore(path: scratch.file(name), durability: .normal)
        let now = SystemTime().now()
        for id in jobs {
            let record = JobRecord(
                id: JobID(rawValue: id)!, kind: "scan", queue: "default", state: .available, priority: .normal,
                arguments: "{}", maxAttempts: 1, createdAt: now, scheduledAt: now)
            _ = try await store.insert([[NewJob(record: record)]], now: now)
        }
        try await store.close()
    }

    @Test("paths, 'sqlite:PATH' and configuration files name one; with 'removing' the source's file goes")
    func places() async throws {
        try await file("a.db", jobs: ["one", "two"])
        try scratch.write("store: sqlite:c.db\n", to: "c.yaml")
        #expect(try await Mainspring.move(from: place("a.db"), to: place("sqlite:b.db")).moved == 2)
        #expect(try await Mainspring.move(from: place("b.db"), to: place("c.yaml"), removing: true).moved == 2)
        #expect(scratch.exists("a.db") && !scratch.exists("b.db") && !scratch.exists("b.db-wal"))
        let store = try SQLiteJobStore(path: scratch.file("c.db"), durability: .normal)
        #expect(try await store.queues().map(\.waiting) == [2])
        try await store.close()
    }

    @Test("a source that is not there, memory, and a store to itself are refused")
    func refused() async throws {
        try await file("a.db", jobs: [])
        for (from, to, code) in [
            ("none.db", "b.db", MainspringError.Code.notFound), ("a.db", "sqlite:a.db", .malformed),
            ("a.db", "\(scratch.path)/./a.db", .malformed),
        ] {
            let error = await #expect(throws: MainspringError.self) {
                try await Mainspring.move(from: place(from), to: place(to))
            }
            #expect(error?.code == code, "\(from) → \(to): \(String(describing: error))")
        }
        #expect(!scratch.exists("none.db"))
        try scratch.write("store: memory\n", to: "m.yaml")
        await #expect(throws: MainspringError.self) {
            try await Mainspring.move(from: place("m.yaml"), to: place("b.db"))
        }
    }

    @Test("a database with tables of its owner's is moved, and not removed")
    func foreign() async throws {
        try await file("a.db", jobs: ["one"])
        let database = try DatabaseQueue(path: scratch.file("a.db"))
        try await database.write { try $0.execute(sql: "CREATE TABLE orders (id INTEGER)") }
        try database.close()
        let error = await #expect(throws: MainspringError.self) {
            try await Mainspring.move(from: place("a.db"), to: place("b.db"), removing: true)
        }
        #expect(error?.code == .conflict && error?.message.contains("orders") == true)
        #expect(try await Mainspring.move(from: place("a.db"), to: place("b.db")).moved == 1)
        #expect(scratch.exists("a.db"))
    }

    @Test("jobs that only a node's spool has keep its store from being moved")
    func spooled() async throws {
        try scratch.write("store: redis://127.0.0.1:1/0\n", to: "r.yaml")
        try scratch.folder(".mainspring")
        let spool = try SQLiteSpool(path: scratch.file(".mainspring/spool.db"))
        let now = SystemTime().now()
        let record = JobRecord(
            id: JobID(rawValue: "kept")!, kind: "scan", queue: "default", state: .available, priority: .normal,
            arguments: "{}", maxAttempts: 1, createdAt: now, scheduledAt: now)
        _ = try await spool.append([.jobs([NewJob(record: record)], mayBeThere: false)], now: now)
        try await spool.close()
        let error = await #expect(throws: MainspringError.self) {
            try await Mainspring.move(from: place("r.yaml"), to: place("b.db"))
        }
        #expect(error?.code == .conflict && error?.message.contains("1 jobs") == true)
    }
}
