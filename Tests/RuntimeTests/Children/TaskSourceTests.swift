import Dispatch
import Logging
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("Swift closures as children", .timeLimit(.minutes(1)))
struct TaskSourceTests {
    let time = ManualTime()
    let events = EventRecorder()
    let context: SupervisorContext

    init() {
        context = SupervisorContext(
            time: time, sink: events, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            random: FullJitter())
    }

    private func supervisor(_ children: [Supervisor.Child]) throws -> Supervisor {
        try Supervisor(children: children, context: context)
    }

    private func isReady(_ name: String) -> EventRecorder.Match {
        { if case .service(.ready(name, _)) = $0 { true } else { false } }
    }

    @Test(
        "an end is success or failure as it returns or throws",
        arguments: [
            (Result<Void, Failure>.success(()), "stopped", "returned"),
            (.failure(Failure()), "failed", "error: it broke"),
        ])
    func ends(result: Result<Void, Failure>, state: String, detail: String) async throws {
        let supervisor = try supervisor([
            context.child(child("a", restart: .never)) { _ in try result.get() }
        ])
        supervisor.start()
        await events.first { if case .service(.exited) = $0 { true } else { false } }
        await until { supervisor.tree()[0].startedAt == nil }
        #expect(supervisor.tree()[0].state.rawValue == state)
        #expect(supervisor.tree()[0].lastExit == detail)
    }

    @Test("it is told at once that it should end, and cancelled when its time to drain is over")
    func drains() async throws {
        let (started, told, cancelled) = (Signal(), Signal(), Signal())
        let spec = child("a", stop: StopPolicy(timeout: .seconds(5), drain: .seconds(2)))
        let supervisor = try supervisor([
            context.child(spec) { context in
                #expect(!context.isStopping)
                started.notify()
                await context.untilStopping()
                #expect(context.isStopping && !Task.isCancelled)
                told.notify()
                try? await time.sleep(for: .seconds(600))
                #expect(Task.isCancelled)
                cancelled.notify()
            }
        ])
        supervisor.start()
        await started.wait()
        await events.first(where: isReady("a"))
        let late = Box<[Laggard]>()
        let done = Signal()
        supervisor.stop(budget: .seconds(20)) {
            late.set($0)
            done.notify()
        }
        await told.wait()
        // Its sleep, its cancellation, its end.
        await time.timersPending(3)
        time.advance(by: .milliseconds(1999))
        #expect(!cancelled.isReached)
        time.advance(by: .milliseconds(1))
        await cancelled.wait()
        await done.wait()
        #expect(late.value == [])
    }

    @Test("without time to drain, or by force, it is cancelled at once", arguments: [true, false])
    func cancelled(byForce: Bool) async throws {
        let supervisor = try supervisor([
            context.child(child("a", stop: StopPolicy(drain: byForce ? .seconds(5) : .zero))) { _ in
                try await time.sleep(for: .seconds(600))
            }
        ])
        supervisor.start()
        await events.first(where: isReady("a"))
        if byForce { supervisor.forceKill() }
        #expect(await supervisor.stop(budget: .seconds(20)) == [])
        #expect(supervisor.tree()[0].lastExit == "cancelled")
        #expect(supervisor.tree()[0].state == .stopped)
    }

    @Test("it says itself that it is ready, that it is not well, and that it is again")
    func reports() async throws {
        let (mend, go) = (Signal(), Signal())
        let supervisor = try supervisor([
            context.child(child("a", ready: Readiness(check: .reported))) { context in
                await go.wait()
                context.ready()
                context.degraded("the feed lags")
                await mend.wait()
                context.recovered()
                await context.untilStopping()
            }
        ])
        supervisor.start()
        await events.first { $0 == .service(.starting(service: "a", pid: nil)) }
        #expect(supervisor.tree()[0].isReady == false)
        go.notify()
        await events.first { $0 == .service(.degraded(service: "a", reason: "the feed lags")) }
        #expect(supervisor.tree()[0].state == .degraded)
        mend.notify()
        await events.first { $0 == .service(.recovered(service: "a")) }
        #expect(supervisor.tree()[0].state == .running)
        #expect(await supervisor.stop(budget: .seconds(5)) == [])
    }

    @Test("one that ignores cancellation is given up on, and named with its last beat and where it was declared")
    func deaf() async throws {
        let (started, release) = (Signal(), Signal())
        var spec = child("deaf")
        spec.site = SourceSite(file: "Bot/Main.swift", line: 7)
        let supervisor = try supervisor([
            context.child(spec) { context in
                context.beat(file: "Bot/Feed.swift", line: 12)
                started.notify()
                await release.wait()
            }
        ])
        supervisor.start()
        await started.wait()
        await events.first(where: isReady("deaf"))
        time.advance(by: .seconds(3))
        let late = Box<[Laggard]>()
        supervisor.stop(budget: .seconds(20)) { late.set($0) }
        time.advance(by: .milliseconds(4999))
        #expect(late.value == nil)
        time.advance(by: .milliseconds(1))
        let standing = "cancelled 5.0s ago, last seen at Bot/Feed.swift:12 8.0s ago, declared at Bot/Main.swift:7"
        #expect(late.value == [Laggard(path: "deaf", after: .seconds(5), wasKilled: false, standing: standing)])
        #expect(
            events.events.contains(
                .service(.abandoned(service: "deaf", after: .seconds(5), standing: standing))))
        release.notify()
        await until { supervisor.tree()[0].state == .stopped }
    }

    @Test("a cancellation handler that never returns holds up nobody else's stop")
    func stuckHandler() async throws {
        let (inside, entered, gone, ended) = (Signal(), Signal(), Signal(), Signal())
        let release = DispatchSemaphore(value: 0)
        let supervisor = try supervisor([
            context.child(child("good")) { context in
                await context.untilStopping()
                try? await time.sleep(for: .seconds(600))
                gone.notify()
            },
            context.child(child("bad")) { _ in
                await withTaskCancellationHandler {
                    inside.notify()
                    // Deaf as well: a task that goes on while its handler runs blocks its thread of the pool, which other
                    // tests need.
                    await ended.wait()
                } onCancel: {
                    entered.notify()
                    release.wait()
                }
            },
        ])
        supervisor.start()
        await inside.wait()
        await events.first(where: isReady("bad"))
        await events.first(where: isReady("good"))
        let late = Box<[Laggard]>()
        supervisor.stop(budget: .seconds(20)) { late.set($0) }
        await entered.wait()
        time.advance(by: .milliseconds(50))
        await gone.wait()
        await until { supervisor.running() == ["bad"] }
        // The time that it has may begin, and its end may be told, on a thread that is behind this one.
        while late.value == nil {
            time.advance(by: .seconds(1))
            await Task.yield()
        }
        #expect(late.value?.map(\.path) == ["bad"])
        release.signal()
        ended.notify()
        await until { supervisor.tree()[1].state == .stopped }
    }

    @Test("two that compute run at the same time, also when the main actor declared them")
    @MainActor func overlap() async throws {
        let arrived = Atomic<Int>(0)
        let done = Signal()
        let bound = SystemTime()
        // Each computes until the other has come: one after the other they would never end.
        let body: ServiceBody = { _ in
            let end = bound.monotonic() + .seconds(30)
            arrived.wrappingAdd(1, ordering: .relaxed)
            while arrived.load(ordering: .relaxed) < 2, bound.monotonic() < end {}
            #expect(arrived.load(ordering: .relaxed) >= 2)
            if arrived.wrappingAdd(1, ordering: .relaxed).newValue == 4 { done.notify() }
        }
        let supervisor = try supervisor(["a", "b"].map { context.child(child($0, restart: .never), body: body) })
        await WholePool.exclusively {
            supervisor.start()
            await done.wait()
        }
        #expect(await supervisor.stop(budget: .seconds(5)) == [])
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String { "it broke" }
    }
}
