import Logging
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

private struct A: Sendable {}
private struct B: Sendable {}
private struct C: Sendable {}
private struct Broken: Error, CustomStringConvertible { var description: String { "broken" } }

/// What happened, in words and in order.
private final class Diary: Sendable {
    private let stored = Mutex<[String]>([])
    var lines: [String] { stored.withLock { $0 } }
    func write(_ line: String) { stored.withLock { $0.append(line) } }
}

@Suite("Resources and hooks, in order")
struct GroundworkTests {
    private let diary = Diary()
    private let time = ManualTime()
    private let announcer = RecordingAnnouncer()
    private let zombies = ZombieRegister()

    private func groundwork(
        _ provided: [ProvidedResource] = [], start: [Hook] = [], shutdown: [Hook] = []
    ) -> Groundwork {
        Groundwork(
            resources: Resources(provided), startHooks: start, shutdownHooks: shutdown, zombies: zombies,
            announcer: announcer, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func resource<Value: Sendable>(
        _ value: Value, check: (@Sendable @concurrent (Value) async throws -> Void)? = nil,
        close: (@Sendable @concurrent () async throws -> Void)? = nil,
        make: (@Sendable @concurrent () async throws -> Void)? = nil
    ) -> ProvidedResource {
        ProvidedResource(
            Value.self, site: SourceSite(file: "Test/File.swift", line: 7), checking: check,
            closing: { [diary] _ in
                diary.write("close \(Value.self)")
                try await close?()
            },
            make: { [diary] _ in
                diary.write("make \(Value.self)")
                try await make?()
                return value
            })
    }

    private func hook(
        _ name: String, _ body: @escaping @Sendable @concurrent (HookContext) async throws -> Void = { _ in }
    ) -> Hook {
        Hook(name: name, timeout: .seconds(3), site: SourceSite(file: "Test/File.swift", line: 9)) {
            [diary] context in
            diary.write("hook \(name)")
            try await body(context)
        }
    }

    @concurrent private func released(_ groundwork: Groundwork, _ budget: Duration = .seconds(25)) async -> [Laggard] {
        await withCheckedContinuation { continuation in
            groundwork.release(budget: budget) { continuation.resume(returning: $0) }
        }
    }

    @Test("all is made in order, and undone in reverse; hooks have the resources")
    func order() async throws {
        let groundwork = groundwork(
            [resource(A()), resource(B())],
            start: [hook("migrate") { _ = try $0[A.self] }, hook("warm")],
            shutdown: [hook("flush") { _ = try $0[B.self] }, hook("leave")])
        try await groundwork.prepare()
        #expect(diary.lines == ["make A", "make B", "hook migrate", "hook warm"])
        #expect(await released(groundwork) == [])
        #expect(diary.lines.dropFirst(4) == ["hook leave", "hook flush", "close B", "close A"])
        #expect(
            announcer.lines == [
                "Ran the hook leave (0ms)", "Ran the hook flush (0ms)", "Closed B (0ms)", "Closed A (0ms)",
            ])
        #expect(groundwork.failures == [])
        #expect(time.pendingTimers == 0)
    }

    @Test("a start that fails half-way closes what was made, in reverse, and runs no hook")
    func failure() async throws {
        let groundwork = groundwork(
            [resource(A()), resource(B()), resource(C(), make: { throw Broken() })],
            start: [hook("migrate")], shutdown: [hook("flush")])
        let error = await #expect(throws: MainspringError.self) { try await groundwork.prepare() }
        #expect(error?.code == .startFailed)
        #expect(error?.message == "making C failed")
        #expect(error?.cause == "broken")
        #expect(error?.hint == "It is declared at Test/File.swift:7.")
        #expect(await released(groundwork) == [])
        #expect(diary.lines == ["make A", "make B", "make C", "close B", "close A"])
    }

    @Test("a resource that fails its check is closed too")
    func check() async throws {
        let groundwork = groundwork([resource(A(), check: { _ in throw Broken() })])
        await #expect(throws: MainspringError.self) { try await groundwork.prepare() }
        #expect(await released(groundwork) == [])
        #expect(diary.lines == ["make A", "close A"])
    }

    @Test("a start hook that fails or is late ends the start; shutdown hooks run, as the start came to its hooks")
    func startHooks() async throws {
        let isSlow = Signal()
        let stuck = hook("slow") { _ in
            isSlow.notify()
            try await SystemTime().sleep(for: .seconds(3600))
        }
        let groundwork = groundwork([resource(A())], start: [stuck], shutdown: [hook("flush")])
        let end = Task { try await groundwork.prepare() }
        await isSlow.wait()
        await time.timersPending()
        time.advance(by: .seconds(3))
        let error = await #expect(throws: MainspringError.self) { try await end.value }
        #expect(error?.code == .timedOut)
        #expect(error?.message == "the start hook slow did not end within 3s")
        #expect(await released(groundwork) == [])
        #expect(diary.lines == ["make A", "hook slow", "hook flush", "close A"])
    }

    @Test("a closing that does not end is left and named, and the others still take place")
    func stuckClosing() async throws {
        let never = Signal()
        let groundwork = groundwork([resource(A()), resource(B(), close: { await never.wait() })])
        try await groundwork.prepare()
        async let late = released(groundwork)
        await time.timersPending()
        time.advance(by: .seconds(5))
        await time.timersPending()
        time.advance(by: Groundwork.patience)
        #expect(
            await late == [
                Laggard(
                    path: "closing B", after: .milliseconds(5100), wasKilled: false,
                    standing: "declared at Test/File.swift:7")
            ])
        #expect(diary.lines == ["make A", "make B", "close B", "close A"])
        #expect(groundwork.resources.open == ["B"])
        never.notify()
    }

    @Test("each has what is left of the stop's time")
    func budget() async throws {
        let never = Signal()
        let groundwork = groundwork([resource(A()), resource(B(), close: { await never.wait() })])
        try await groundwork.prepare()
        async let late = released(groundwork, .milliseconds(200))
        await time.timersPending()
        time.advance(by: .milliseconds(200))
        await time.timersPending()
        time.advance(by: Groundwork.patience)
        #expect(await late.map(\.after) == [.milliseconds(300)])
        #expect(diary.lines.last == "close A")
        never.notify()
    }

    @Test("when its time is long over, the rest is named without being begun")
    func overtime() async throws {
        let groundwork = groundwork([resource(A())], shutdown: [hook("flush")])
        try await groundwork.prepare()
        let late = await released(groundwork, .zero - Groundwork.overtime)
        #expect(late.map(\.path) == ["the shutdown hook flush", "closing A"])
        #expect(late.allSatisfy { $0.standing == "no time was left for it" })
        #expect(diary.lines == ["make A"])
    }

    @Test("a stop cuts the making short, and what comes of it later is closed at once")
    func cancelled() async throws {
        let (isMaking, mayReturn, isClosed) = (Signal(), Signal(), Signal())
        let groundwork = groundwork(
            [
                resource(
                    A(), close: { isClosed.notify() },
                    make: {
                        isMaking.notify()
                        await mayReturn.wait()
                    }), resource(B()),
            ], shutdown: [hook("flush")])
        let end = Task { try await groundwork.prepare() }
        await isMaking.wait()
        async let late = released(groundwork)
        await time.timersPending(2)
        time.advance(by: Groundwork.patience)
        await #expect(throws: CancellationError.self) { try await end.value }
        #expect(await late == [])
        #expect(diary.lines == ["make A"])
        mayReturn.notify()
        await isClosed.wait()
        await until { groundwork.resources.open.isEmpty }
        #expect(diary.lines == ["make A", "close A"])
    }

    @Test("a stop that comes first leaves nothing to make")
    func cancelledFirst() async throws {
        let groundwork = groundwork([resource(A())])
        groundwork.cancel()
        await #expect(throws: CancellationError.self) { try await groundwork.prepare() }
        #expect(await released(groundwork) == [])
        #expect(diary.lines == [])
    }

    @Test("a shutdown hook that fails is told, and the rest goes on")
    func failingHook() async throws {
        let groundwork = groundwork(
            [resource(A())], shutdown: [hook("leave"), hook("flush") { _ in throw Broken() }])
        try await groundwork.prepare()
        #expect(await released(groundwork) == [])
        #expect(groundwork.failures == ["the shutdown hook flush failed: broken"])
        #expect(diary.lines == ["make A", "hook flush", "hook leave", "close A"])
    }
}
