import Dispatch
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("withDeadline", .timeLimit(.minutes(1)))
struct WithDeadlineTests {
    let time = ManualTime()

    @Test("an operation that ends in time gives its value or its error, and leaves no timer")
    func inTime() async throws {
        #expect(try await withDeadline(.seconds(1), time: time) { 7 } == 7)
        await #expect(throws: Refusal()) { try await withDeadline(.seconds(1), time: time) { throw Refusal() } }
        #expect(time.pendingTimers == 0)
    }

    @Test("at the deadline the operation is cancelled, and the call waits for it to end")
    func waits() async throws {
        let (cancelled, release) = (Signal(), Signal())
        let call = Task { [time] in
            try await withDeadline(.seconds(5), name: "import", time: time) {
                await withTaskCancellationHandler {
                    await release.wait()
                } onCancel: {
                    cancelled.notify()
                }
                try Task.checkCancellation()
            }
        }
        await time.timersPending()
        time.advance(by: .milliseconds(4999))
        #expect(!cancelled.isReached)
        time.advance(by: .milliseconds(1))
        await cancelled.wait()
        release.notify()
        let error = await #expect(throws: MainspringError.self) { try await call.value }
        #expect(error?.code == .timedOut)
        #expect(error?.message == "import did not end within 5s")
        #expect(error?.cause == nil)
        #expect(time.pendingTimers == 0)
    }

    @Test("a late value wins; a late error is the cause")
    func late() async throws {
        func late<Value: Sendable>(_ end: @escaping @Sendable () throws -> Value) async throws -> Value {
            let call = Task { [time] in
                try await withDeadline(.seconds(5), time: time) {
                    await cancellation()
                    return try end()
                }
            }
            await time.timersPending()
            time.advance(by: .seconds(5))
            return try await call.value
        }
        #expect(try await late { 7 } == 7)
        let error = await #expect(throws: MainspringError.self) { try await late { throw Refusal() } }
        #expect(error?.code == .timedOut && error?.cause == "refused")
    }

    @Test("the caller's cancellation reaches the operation, before it starts or while it runs")
    func outerCancellation() async {
        for isBefore in [true, false] {
            let started = Signal()
            let call = Task { [time] in
                if isBefore { withUnsafeCurrentTask { $0?.cancel() } }
                try await withDeadline(.seconds(5), time: time) {
                    started.notify()
                    await cancellation()
                    try Task.checkCancellation()
                }
            }
            await started.wait()
            if !isBefore { call.cancel() }
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(time.pendingTimers == 0)
        }
    }

    @Test("of two deadlines the nearer one cuts, and each blames its own")
    func nested() async {
        for (outer, inner, message) in [(1, 2, "outer did not end within 1s"), (2, 1, "inner did not end within 1s")] {
            let call = Task { [time] in
                try await withDeadline(.seconds(outer), name: "outer", time: time) {
                    try await withDeadline(.seconds(inner), name: "inner", time: time) {
                        await cancellation()
                        try Task.checkCancellation()
                    }
                }
            }
            await time.timersPending(2)
            time.advance(by: .seconds(1))
            let error = await #expect(throws: MainspringError.self) { try await call.value }
            #expect(error?.message == message)
            #expect(time.pendingTimers == 0)
        }
    }

    @Test("an actor's operation runs on the actor and comes back to it, with what need not be sendable")
    func isolation() async throws {
        #expect(try await Counter().count(by: 1000, time: time) == 2000)
        #expect(try await Counter().countPlainly(time: time) == 2)
        #expect(time.pendingTimers == 0)
    }

    @Test("task-local values are seen, and the task has the name")
    func context() async throws {
        try await Local.$value.withValue(7) {
            try await withDeadline(.seconds(1), name: "import", time: time) {
                #expect(Local.value == 7)
                #expect(Task.name == "import")
            }
        }
    }

    @Test("a handler that blocks the cancelling thread delays no timer")
    func blockingHandler() async throws {
        let release = DispatchSemaphore(value: 0)
        let (blocked, ended) = (Signal(), Signal())
        let first = Task { [time] in
            try await withDeadline(.seconds(1), time: time) {
                await withTaskCancellationHandler {
                    await ended.wait()
                } onCancel: {
                    blocked.notify()
                    release.wait()
                }
            }
        }
        await time.timersPending()
        time.advance(by: .seconds(1))
        await blocked.wait()
        // The next deadline is another's: it is cut although the first handler still blocks its thread.
        let second = Task { [time] in
            try await withDeadline(.seconds(1), time: time) {
                await cancellation()
                try Task.checkCancellation()
            }
        }
        await time.timersPending()
        time.advance(by: .seconds(1))
        await #expect(throws: MainspringError.self) { try await second.value }
        release.signal()
        ended.notify()
        try await first.value
    }

    @Test("cancellation, the deadline and the end at the same moment: never a hang, never a timer left")
    func races() async {
        for round in 0..<500 {
            let call = Task { [time] in
                try await withDeadline(.seconds(1), time: time) {
                    if round % 3 > 0 { await cancellation() }
                    if round % 3 > 1 { try Task.checkCancellation() }
                }
            }
            // An operation that ends by itself may have been and gone.
            if round % 6 == 1 || round % 6 == 2 { await time.timersPending() }
            async let cancelling: Void = Task { call.cancel() }.value
            async let advancing: Void = Task { [time] in time.advance(by: .seconds(1)) }.value
            _ = await (cancelling, advancing)
            _ = await call.result
            #expect(time.pendingTimers == 0)
        }
    }

    @Test("2,000 long deadlines that were met or cancelled leave no timer, in either form and after sleeps")
    func leavesNothing() async {
        let zombies = ZombieRegister()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask { [time] in
                    switch number % 3 {
                    case 0: try? await withDeadline(.seconds(3600), time: time) { await cancellation() }
                    case 1:
                        try? await withAbandoningDeadline(
                            .seconds(3600), name: "op", patience: .seconds(60), zombies: zombies, time: time
                        ) { await cancellation() }
                    default: try? await time.sleep(for: .seconds(3600))
                    }
                }
            }
            await time.timersPending(2000)
            group.cancelAll()
        }
        #expect(time.pendingTimers == 0)
        #expect(zombies.total == 0)
    }

    @Test("10,000 deadlines at once: half are met, half expire")
    func many() async {
        let time = SystemTime()
        let expired = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<10_000 {
                group.addTask {
                    do {
                        try await withDeadline(number % 2 == 0 ? .seconds(3600) : .milliseconds(1), time: time) {
                            guard number % 2 == 1 else { return await Task.yield() }
                            await cancellation()
                            try Task.checkCancellation()
                        }
                        return false
                    } catch { return (error as? MainspringError)?.code == .timedOut }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(expired == 5000)
    }
}

private struct Refusal: Error, Equatable, CustomStringConvertible { let description = "refused" }

private enum Local { @TaskLocal static var value = 0 }

/// Suspends until the task is cancelled.
@concurrent private func cancellation() async {
    let signal = Signal()
    await withTaskCancellationHandler {
        await signal.wait()
    } onCancel: {
        signal.notify()
    }
}

/// Not sendable.
private final class Count { var count = 0 }

private func plainly(_ time: ManualTime) async throws -> Int {
    let tally = Count()
    try await withDeadline(.seconds(1), time: time) {
        tally.count += 1
        await Task.yield()
        tally.count += 1
    }
    return tally.count
}

private actor Counter {
    private var count = 0

    func count(by rounds: Int, time: ManualTime) async throws -> Int {
        for _ in 0..<rounds {
            try await withDeadline(.seconds(1), time: time) {
                assertIsolated()
                count += 1
                await Task.yield()
                preconditionIsolated()
                count += 1
            }
            preconditionIsolated()
        }
        return count
    }

    func countPlainly(time: ManualTime) async throws -> Int {
        defer { preconditionIsolated() }
        return try await plainly(time)
    }
}
