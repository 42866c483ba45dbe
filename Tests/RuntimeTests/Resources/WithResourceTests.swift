import Logging
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("withResource", .timeLimit(.minutes(1)))
struct WithResourceTests {
    struct Refusal: Error, Equatable { let reason: String }

    let time = ManualTime()
    let zombies = ZombieRegister()
    let released = Log()

    private func use<Value>(
        release: @escaping @Sendable @concurrent (Int) async throws -> Void = { _ in },
        body: (Int) async throws -> Value
    ) async throws -> Value {
        try await withResource(
            "connection", zombies: zombies, time: time, acquire: { 7 },
            release: { [released] in
                released.append($0)
                try await release($0)
            }, body: body)
    }

    @Test("is released after a value and after an error")
    func released() async throws {
        #expect(try await use { $0 + 1 } == 8)
        #expect(released.values == [7])
        await #expect(throws: Refusal(reason: "body")) { try await use { _ in throw Refusal(reason: "body") } }
        #expect(released.values == [7, 7])
        #expect(time.pendingTimers == 0)
    }

    @Test("an acquisition that fails releases nothing")
    func noAcquisition() async {
        await #expect(throws: Refusal(reason: "acquire")) {
            // swift-format-ignore: OnlyOneTrailingClosureArgument
            try await withResource(
                "connection", zombies: zombies, time: time, acquire: { throw Refusal(reason: "acquire") },
                release: { [released] (_: Int) in released.append(0) }
            ) { _ in }
        }
        #expect(released.values.isEmpty)
    }

    @Test("cancellation ends the body, not the release")
    func cancelled() async {
        let (started, ended) = (Signal(), Signal())
        let call = Task {
            try await use(release: { _ in
                #expect(!Task.isCancelled)
                await Task.yield()
                try Task.checkCancellation()
                ended.notify()
            }) { _ in
                started.notify()
                try await time.sleep(for: .seconds(3600))
            }
        }
        await started.wait()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(ended.isReached)
        #expect(time.pendingTimers == 0)
    }

    @Test("the release's error is thrown after a value, and does not hide the body's")
    func errors() async {
        let release: @Sendable @concurrent (Int) async throws -> Void = { _ in throw Refusal(reason: "release") }
        await #expect(throws: Refusal(reason: "release")) { try await use(release: release) { _ in } }
        await #expect(throws: Refusal(reason: "body")) {
            try await use(release: release) { _ in throw Refusal(reason: "body") }
        }
        #expect(released.values == [7, 7])
    }

    @Test("a release that does not end is left after its limit, as a zombie")
    func stuckRelease() async {
        let end = Signal()
        let call = Task { try await use(release: { _ in await end.wait() }) { _ in } }
        await time.timersPending()
        time.advance(by: .seconds(5))
        time.advance(by: .milliseconds(100))
        let error = await #expect(throws: MainspringError.self) { try await call.value }
        #expect(error?.message == "release of connection did not end within 5s")
        #expect(zombies.list().map(\.name) == ["release of connection"])
        end.notify()
        await until { [zombies] in zombies.count == 0 }
    }

    @Test("an actor's body runs on the actor, and what it makes need not be sendable")
    func isolation() async throws {
        let count = try await Owner().use(zombies, time)
        #expect(count == 100)
    }
}

private final class Count { var count = 0 }

private actor Owner {
    private let tally = Count()

    func use(_ zombies: ZombieRegister, _ time: ManualTime) async throws -> Int {
        for _ in 0..<100 {
            // swift-format-ignore: OnlyOneTrailingClosureArgument
            let tally = try await withResource(
                "tally", zombies: zombies, time: time, acquire: { 1 }, release: { _ in #expect(#isolation == nil) }
            ) { step in
                preconditionIsolated()
                await Task.yield()
                self.tally.count += step
                return self.tally
            }
            preconditionIsolated()
            #expect(tally === self.tally)
        }
        return tally.count
    }
}
