import Dispatch
import Glibc
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("The pool for work that blocks", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
    let time = ManualTime()

    private func pool(threads: Int = 4, limit: Int = 1024, whenFull: BlockingPool.WhenFull = .refuse) -> BlockingPool {
        BlockingPool(name: "test", threads: threads, limit: limit, whenFull: whenFull, time: time)
    }

    @Test("gives what the work returns or throws, on a thread of its own name, and the caller comes back")
    func results() async throws {
        let pool = pool()
        #expect(try await pool.run(name: "name") { threadName() } == "mspr-test-1")
        await #expect(throws: MainspringError(.conflict, "no")) {
            try await pool.run(name: "fail") { throw MainspringError(.conflict, "no") }
        }
        try await Caller().call(pool)
        #expect(await pool.close(within: .zero).isEmpty)
        await until { [time] in time.pendingTimers == 0 }
    }

    @Test("a long name leaves room for the thread's number")
    func longName() async throws {
        let pool = BlockingPool(name: "thumbnails-of-pictures", threads: 1, time: time)
        #expect(try await pool.run(name: "name") { threadName() } == "mspr-thumbnai-1")
    }

    @Test("two computing closures overlap")
    func overlap() async throws {
        let pool = pool(threads: 2)
        let arrived = Log()
        // Each computes until the other does: one after the other they would never end.
        let compute = { @Sendable in
            arrived.append(1)
            while arrived.values.count < 2 {}
        }
        async let first: Void = pool.run(name: "a", compute)
        async let second: Void = pool.run(name: "b", compute)
        _ = try await (first, second)
    }

    @Test("no more threads than allowed; they end when idle")
    func threads() async throws {
        let pool = pool(threads: 2)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    try await pool.run(name: "work") {
                        gauge.enter()
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(gauge.most <= 2)
        #expect(pool.statistics.completed == 500)
        #expect(pool.statistics.busy == 0 && pool.statistics.waiting == 0)
        let threads = pool.statistics.threads
        #expect((1...2).contains(threads))
        await time.timersPending(threads)
        time.advance(by: .seconds(30))
        #expect(pool.statistics.threads == 0)
    }

    @Test("full: the next is refused, or waits as well")
    func full() async throws {
        for whenFull in [BlockingPool.WhenFull.refuse, .wait] {
            let pool = pool(threads: 1, limit: 1, whenFull: whenFull)
            let release = try await occupy(pool)
            async let queued: Void = pool.run(name: "queued") {}
            await until { pool.statistics.waiting == 1 }
            let next = Task { try await pool.run(name: "next") {} }
            if whenFull == .refuse {
                let error = await #expect(throws: MainspringError.self) { try await next.value }
                #expect(error?.code == .queueFull)
            } else {
                await until { pool.statistics.waiting == 2 }
            }
            release.signal()
            try await queued
            _ = await next.result
            #expect(pool.statistics.refused == (whenFull == .refuse ? 1 : 0))
            #expect(pool.statistics.completed == (whenFull == .refuse ? 2 : 3))
        }
    }

    @Test("cancelled while it waits it is taken out; while it runs it ends first; before, it is never handed in")
    func cancellation() async throws {
        let pool = pool(threads: 1)
        let (started, gate) = (Signal(), DispatchSemaphore(value: 0))
        let running = Task {
            try await pool.run(name: "running") {
                started.notify()
                gate.wait()
                return 7
            }
        }
        await started.wait()
        let log = Log()
        let waiting = Task { try await pool.run(name: "waiting") { log.append(1) } }
        await until { pool.statistics.waiting == 1 }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(pool.statistics.waiting == 0 && pool.statistics.cancelled == 1)
        running.cancel()
        #expect(pool.statistics.busy == 1)
        gate.signal()
        #expect(try await running.value == 7)
        let before = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.run(name: "before") { log.append(2) }
        }
        await #expect(throws: CancellationError.self) { try await before.value }
        #expect(log.values.isEmpty)
        #expect(pool.statistics.completed == 1)
    }

    @Test("cancellation that races with the start: done or cancelled, each once, and nothing waits for ever")
    func races() async {
        let pool = pool(threads: 2)
        let done = Log()
        var cancelled = 0
        for _ in 0..<500 {
            let calls = (0..<3).map { _ in Task { try await pool.run(name: "work") { done.append(1) } } }
            async let cancelling: Void = Task { for call in calls { call.cancel() } }.value
            for call in calls where (try? await call.value) == nil { cancelled += 1 }
            await cancelling
        }
        #expect(done.values.count + cancelled == 1500)
        #expect(pool.statistics.completed == done.values.count)
    }

    @Test("closing finishes what it has, and names what still runs at its deadline")
    func close() async throws {
        let pool = pool(threads: 1)
        let release = try await occupy(pool, name: "import of a.csv")
        let waiting = Task { try await pool.run(name: "waiting") {} }
        await until { pool.statistics.waiting == 1 }
        let closing = Task { await pool.close(within: .seconds(5)) }
        await time.timersPending()
        await #expect(throws: MainspringError.self) { try await pool.run(name: "late") {} }
        time.advance(by: .seconds(5))
        #expect(await closing.value == ["import of a.csv"])
        let error = await #expect(throws: MainspringError.self) { try await waiting.value }
        #expect(error?.code == .draining)
        release.signal()
        await until { pool.statistics.threads == 0 }
        #expect(await pool.close(within: .seconds(5)).isEmpty)
        #expect(time.pendingTimers == 0)
    }

    @Test("waiting and running are measured")
    func measures() async throws {
        let pool = pool(threads: 1)
        let release = try await occupy(pool)
        async let queued: Void = pool.run(name: "queued") {}
        await until { pool.statistics.waiting == 1 }
        time.advance(by: .seconds(3))
        release.signal()
        try await queued
        #expect(pool.statistics.waited == .seconds(3) && pool.statistics.ran == .seconds(3))
    }

    @Test("a system without threads refuses, and does not hang")
    func noThreads() async {
        let pool = BlockingPool(
            name: "test", threads: 2, limit: 8, whenFull: .refuse, idleTime: .seconds(1), time: time,
            startThread: { _, _ in false })
        let error = await #expect(throws: MainspringError.self) { try await pool.run(name: "work") {} }
        #expect(error?.code == .queueFull)
        #expect(pool.statistics.threads == 0 && pool.statistics.refused == 1)
        #expect(await pool.close(within: .seconds(1)).isEmpty)
    }

    /// Holds one thread until the semaphore is signalled.
    private func occupy(_ pool: BlockingPool, name: String = "blocker") async throws -> DispatchSemaphore {
        let (started, gate) = (Signal(), DispatchSemaphore(value: 0))
        Task {
            try await pool.run(name: name) {
                started.notify()
                gate.wait()
            }
        }
        await started.wait()
        return gate
    }
}

private actor Caller {
    func call(_ pool: BlockingPool) async throws {
        for _ in 0..<200 {
            let thread = try await pool.run(name: "work") { threadName() }
            preconditionIsolated()
            #expect(thread.hasPrefix("mspr-test-"))
        }
    }
}

/// How many were inside at once.
private final class Gauge: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { state.withLock { $0.now -= 1 } }
}

private func threadName() -> String {
    let file = open("/proc/thread-self/comm", O_RDONLY)
    defer { close(file) }
    var name = [UInt8](repeating: 0, count: 16)
    let count = read(file, &name, name.count)
    return String(decoding: name[..<max(0, count - 1)], as: UTF8.self)
}
