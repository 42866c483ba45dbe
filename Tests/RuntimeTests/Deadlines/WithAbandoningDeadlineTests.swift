import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("withAbandoningDeadline", .timeLimit(.minutes(1)))
struct WithAbandoningDeadlineTests {
    let time = ManualTime()
    let changes = Log()
    let zombies: ZombieRegister

    init() {
        zombies = ZombieRegister { [changes] _ in changes.append(1) }
    }

    @Test("an operation that ends in time gives its value or its error, and leaves nothing")
    func inTime() async throws {
        #expect(try await withAbandoningDeadline(.seconds(1), name: "op", zombies: zombies, time: time) { 7 } == 7)
        await #expect(throws: MainspringError(.conflict, "no")) {
            try await withAbandoningDeadline(.seconds(1), name: "op", zombies: zombies, time: time) {
                throw MainspringError(.conflict, "no")
            }
        }
        #expect(time.pendingTimers == 0)
        #expect(zombies.total == 0)
        #expect(changes.values.isEmpty)
    }

    @Test("one that ignores its cancellation is left after the patience, listed, and leaves the list when it ends")
    func zombie() async throws {
        let release = Signal()
        let line = #line + 2
        let call = Task { [time, zombies] in
            try await withAbandoningDeadline(.seconds(5), name: "import", zombies: zombies, time: time) {
                await release.wait()
            }
        }
        await time.timersPending()
        time.advance(by: .seconds(5))
        #expect(zombies.count == 0)
        #expect(time.pendingTimers == 1)
        time.advance(by: .milliseconds(99))
        #expect(zombies.count == 0)
        time.advance(by: .milliseconds(1))
        let error = await #expect(throws: MainspringError.self) { try await call.value }
        #expect(error?.code == .timedOut && error?.message == "import did not end within 5s")
        #expect(
            zombies.list() == [
                ZombieRegister.Zombie(
                    name: "import", site: "RuntimeTests/WithAbandoningDeadlineTests.swift:\(line)", since: time.now())
            ])
        #expect(time.pendingTimers == 0)
        release.notify()
        await until { [zombies] in zombies.count == 0 }
        #expect(zombies.total == 1)
        await until { [changes] in changes.values.count == 2 }
    }

    @Test("one that heeds its cancellation is waited for, and is no zombie")
    func cooperative() async {
        let call = Task { [time, zombies] in
            try await withAbandoningDeadline(.seconds(5), name: "op", zombies: zombies, time: time) {
                try await time.sleep(for: .seconds(3600))
            }
        }
        await time.timersPending(2)
        time.advance(by: .seconds(5))
        let error = await #expect(throws: MainspringError.self) { try await call.value }
        #expect(error?.code == .timedOut && error?.cause == nil)
        #expect(zombies.total == 0)
        #expect(time.pendingTimers == 0)
    }

    @Test("the caller's cancellation is a deadline too: the operation is cancelled, then left")
    func cancelled() async {
        let (started, release) = (Signal(), Signal())
        let call = Task { [time, zombies] in
            try await withAbandoningDeadline(.seconds(3600), name: "op", zombies: zombies, time: time) {
                started.notify()
                await release.wait()
            }
        }
        await started.wait()
        await time.timersPending()
        call.cancel()
        let isOver = Signal()
        Task {
            _ = await call.result
            isOver.notify()
        }
        // The timer of its patience may come a little after the cancellation.
        while !isOver.isReached {
            time.advance(by: .milliseconds(10))
            await Task.yield()
        }
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(zombies.list().map(\.name) == ["op"])
        #expect(time.pendingTimers == 0)
        release.notify()
        await until { [zombies] in zombies.count == 0 }
    }

    @Test("a caller that is cancelled already still gives the operation its patience")
    func cancelledBefore() async throws {
        let call = Task { [time, zombies] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await withAbandoningDeadline(.seconds(1), name: "op", zombies: zombies, time: time) { 7 }
        }
        #expect(try await call.value == 7)
        #expect(time.pendingTimers == 0)
    }

    @Test("without patience the call returns at its deadline")
    func noPatience() async {
        let release = Signal()
        let call = Task { [time, zombies] in
            try await withAbandoningDeadline(
                .seconds(1), name: "op", patience: .zero, zombies: zombies, time: time
            ) { await release.wait() }
        }
        await time.timersPending()
        time.advance(by: .seconds(1))
        await #expect(throws: MainspringError.self) { try await call.value }
        #expect(zombies.count == 1)
        release.notify()
        await until { [zombies] in zombies.count == 0 }
    }

    @Test("a limit of zero on the real clock never loses its patience")
    func zeroLimit() async {
        for _ in 0..<200 {
            let call = Task { [zombies] in
                try await withAbandoningDeadline(
                    .zero, name: "op", patience: .microseconds(1), zombies: zombies
                ) { try await SystemTime().sleep(for: .seconds(3600)) }
            }
            await #expect(throws: MainspringError.self) { try await call.value }
        }
        await until { [zombies] in zombies.count == 0 }
    }

    @Test("an actor comes back on itself, and its operation runs off it")
    func isolation() async throws {
        try await Caller().call(zombies, time)
    }

    @Test("end, deadline, patience and cancellation at the same moment: never a hang, nothing left")
    func races() async {
        for round in 0..<500 {
            let end = Signal()
            let call = Task { [time, zombies] in
                try await withAbandoningDeadline(
                    .seconds(1), name: "op", patience: .milliseconds(round % 2), zombies: zombies, time: time
                ) { await end.wait() }
            }
            if round % 3 == 0 { await time.timersPending() }
            async let cancelling: Void = Task { call.cancel() }.value
            async let ending: Void = Task { end.notify() }.value
            async let advancing: Void = Task { [time] in time.advance(by: .seconds(2)) }.value
            _ = await (cancelling, ending, advancing)
            _ = await call.result
            await until { [time, zombies] in time.pendingTimers == 0 && zombies.count == 0 }
        }
    }

    @Test("10,000 that expire at once and heed it: no zombie, no thread each")
    func many() async {
        let zombies = ZombieRegister()
        let expired = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10_000 {
                group.addTask {
                    do {
                        try await withAbandoningDeadline(
                            .milliseconds(1), name: "op", patience: .seconds(3600), zombies: zombies
                        ) { try await SystemTime().sleep(for: .seconds(3600)) }
                        return false
                    } catch { return (error as? MainspringError)?.code == .timedOut }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(expired == 10_000)
        #expect(zombies.total == 0)
    }
}

private actor Caller {
    func call(_ zombies: ZombieRegister, _ time: ManualTime) async throws {
        for _ in 0..<200 {
            try await withAbandoningDeadline(.seconds(1), name: "op", zombies: zombies, time: time) {
                #expect(#isolation == nil)
            }
            preconditionIsolated()
        }
    }
}
