import Foundation
import MainspringCore
import MainspringRuntime
import Synchronization
import Testing

@testable import MainspringSQLite

@Suite struct ScratchTests {
    func nanos(_ n: Int, _ body: () -> Void) -> Int {
        let start = SystemTime().monotonic().nanoseconds
        for _ in 0..<n { body() }
        return Int(SystemTime().monotonic().nanoseconds - start) / n
    }
    @Test func measure() async throws {
        let kit = try BellKit()
        let writer = try Doorbell(database: kit.file)
        usleep(50_000)
        for _ in 0..<3 { print("no peers, writer:", nanos(100_000) { writer.ring(.work) }, "ns") }
        let count = Atomic(0)
        let l = try Doorbell(database: kit.file) { _ in count.add(1, ordering: .relaxed) }
        usleep(50_000)
        for _ in 0..<3 {
            print(
                "one peer that reads:", nanos(100_000) { writer.ring(.work) }, "ns, calls",
                count.load(ordering: .relaxed))
        }
        let me = RingRecorder()
        let own = try kit.listener(me)
        l.close()
        usleep(50_000)
        own.ring(.work)
        usleep(50_000)
        for _ in 0..<3 { print("no peers, listener:", nanos(100_000) { own.ring(.work) }, "ns") }
        own.close()
        // spaced: each ring wakes the thread
        let gate = DispatchSemaphore(value: 0)
        let at = Atomic<Int64>(0)
        let s = try Doorbell(database: kit.file) { _ in
            at.store(SystemTime().monotonic().nanoseconds, ordering: .relaxed)
            gate.signal()
        }
        usleep(50_000)
        var lat: [Int64] = []
        var cost: [Int64] = []
        for _ in 0..<5000 {
            let t0 = SystemTime().monotonic().nanoseconds
            writer.ring(.work)
            cost.append(SystemTime().monotonic().nanoseconds - t0)
            gate.wait()
            lat.append(at.load(ordering: .relaxed) - t0)
            usleep(100)
        }
        lat.sort()
        cost.sort()
        print(
            "wake latency us p50/p99:", lat[2500] / 1000, lat[4950] / 1000, "ring that wakes, ns p50/p99:", cost[2500],
            cost[4950])
        s.close()
        for n in [10, 50] {
            let ls = try (0..<n).map { _ in try Doorbell(database: kit.file) { _ in } }
            usleep(50_000)
            writer.ring(.work)
            print("\(n) peers:", nanos(2000) { writer.ring(.work) }, "ns")
            for l in ls { l.close() }
        }
        // listing while unsettled
        let fresh = try Doorbell(database: kit.file, now: { Timestamp(microseconds: 0) }, onRing: nil)
        _ = fresh
        let pid = ProcessStamp.current()
        print(
            "stamp current:", nanos(2000) { _ = ProcessStamp.current() }, "isAlive:", nanos(2000) { _ = pid.isAlive() },
            "ns")
    }

    @Test func stress() async throws {
        let folder = ProcessInfo.processInfo.environment["BELL_FOLDER"] ?? NSTemporaryDirectory()
        let file = folder + "/bell-stress-\(getpid()).db"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let listens = ProcessInfo.processInfo.environment["BELL_LISTENS"] != nil
        let writer = try listens ? Doorbell(database: file) { _ in } : Doorbell(database: file)
        let counter = Atomic(0)
        var missed = 0
        var late = 0
        let last = Mutex(0)
        for round in 0..<20000 {
            let done = DispatchSemaphore(value: 0)
            let spin = Int.random(in: 0..<2000)
            let n = Int.random(in: 1..<10)
            Thread.detachNewThread {
                for _ in 0..<n {
                    counter.add(1, ordering: .sequentiallyConsistent)
                    writer.ring(.work)
                    for _ in 0..<Int.random(in: 0..<200) { _ = counter.load(ordering: .relaxed) }
                }
                done.signal()
            }
            for _ in 0..<spin { _ = counter.load(ordering: .relaxed) }
            let seen = Atomic(0)
            let bell = try Doorbell(database: file) { _ in
                seen.store(counter.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
            }
            let first = counter.load(ordering: .sequentiallyConsistent)
            done.wait()
            let final = counter.load(ordering: .sequentiallyConsistent)
            var tries = 0
            while max(first, seen.load(ordering: .sequentiallyConsistent)) != final, tries < 2000 {
                usleep(100)
                tries += 1
            }
            if max(first, seen.load(ordering: .sequentiallyConsistent)) != final { missed += 1 }
            if tries > 0 { late += 1 }
            bell.close()
            _ = round
        }
        _ = last.withLock { $0 }
        print("rounds 20000 missed \(missed) waited \(late)")
        writer.close()
        try? FileManager.default.removeItem(atPath: file)
        try? FileManager.default.removeItem(atPath: file + "-bells")
    }
}
