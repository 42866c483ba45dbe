import Glibc
import InMemoryTracing
import Logging
import MainspringCore
import MainspringTesting
import Synchronization
import Testing
import Tracing

@testable import MainspringRuntime

@Suite("Loops of closures", .timeLimit(.minutes(1)))
struct LoopSourceTests {
    let time = ManualTime()
    let rig: LoopRig

    init() { rig = LoopRig(time: time) }

    struct Failed: Error, CustomStringConvertible { var description: String { "no price" } }

    @Test("a turn knows its loop, its number, its time and its lateness")
    func context() async throws {
        let start = time.now()
        let seen = Mutex<[Duration]>([])
        let source = rig.source(LoopSpec(every: .seconds(10))) { context in
            seen.withLock { $0.append(context.scheduledAt - start) }
            #expect(context.name == "loop")
            #expect(context.lateness == .zero)
            #expect(context.logger[metadataKey: "loop.name"] == "loop")
            #expect(context.logger[metadataKey: "loop.turn"] == "\(context.turn)")
            #expect(Task.name == "mainspring.loop.loop#\(context.turn)")
        }
        let life = try source.begin(rig.line)
        await rig.turnsEnded(1)
        time.advance(by: .seconds(10))
        await rig.turnsEnded(2)
        #expect(seen.withLock { $0 } == [.zero, .seconds(10)])
        life.kill()
        #expect(await rig.reports.end() == ChildEnd(isSuccess: true, detail: "stopped"))
        #expect(time.pendingTimers == 0)
    }

    @Test("an error is a degraded loop with its reason, and the next good turn its recovery")
    func failure() async throws {
        let source = rig.source(LoopSpec(every: .seconds(10))) { if $0.turn == 1 { throw Failed() } }
        let life = try source.begin(rig.line)
        await rig.turnsEnded(1)
        await eventually { !rig.reports.all.isEmpty }
        #expect(rig.reports.all == [.degraded("turn 1 failed: no price")])
        time.advance(by: .seconds(10))
        await rig.turnsEnded(2)
        await eventually { rig.reports.all.count == 2 }
        #expect(rig.reports.all.last == .recovered)
        #expect(source.statistics.turns == 2)
        #expect(source.statistics.failures == 1)
        life.kill()
    }

    @Test("turns never run on the actor of their declaration, and two loops' turns overlap though both only compute")
    @MainActor func overlap() async throws {
        let inside = Atomic(0)
        let release = Atomic(false)
        // Neither turn yields: only two threads let both in.
        let body: LoopSource.Body = { _ in
            inside.add(1, ordering: .sequentiallyConsistent)
            while !release.load(ordering: .sequentiallyConsistent) {
                if inside.load(ordering: .sequentiallyConsistent) == 2 {
                    release.store(true, ordering: .sequentiallyConsistent)
                }
                sched_yield()
            }
        }
        try await WholePool.exclusively {
            let lives = try ["one", "two"].map { name in
                try rig.source(LoopSpec(every: .seconds(60)), body: body).begin(rig.line(name))
            }
            // This blocks the main actor's thread, as the code of a module with it as default may.
            while !release.load(ordering: .sequentiallyConsistent) { sched_yield() }
            await rig.turnsEnded(2)
            for life in lives { life.kill() }
        }
        #expect(rig.outcomes == [.success, .success])
    }

    @Test("a stop is seen at once, cancels after the drain, and ends with the turn")
    func stop() async throws {
        let started = Signal()
        let sawStop = Signal()
        let time = time
        let source = rig.source(LoopSpec(every: .seconds(10))) { context in
            started.notify()
            while !context.isStopping { await Task.yield() }
            sawStop.notify()
            try await time.sleep(for: .seconds(100))
        }
        let life = try source.begin(rig.line)
        await started.wait()
        life.stop(StopOrder(drain: .seconds(3), grace: .seconds(9)))
        await sawStop.wait()
        #expect(rig.reports.ends.isEmpty)
        await time.timersPending(2)
        time.advance(by: .seconds(3))
        #expect(await rig.reports.end().isSuccess)
        #expect(rig.outcomes == [.cancelled])
        #expect(time.pendingTimers == 0)
    }

    @Test("a turn that ignores cancellation is one zombie, listed everywhere, until it ends")
    func zombie() async throws {
        let started = Signal()
        let release = Signal()
        let spec = LoopSpec(every: .seconds(10), overlap: .allow(), timeout: .seconds(3), patience: .seconds(5))
        let source = rig.source(spec, site: SourceSite(file: "Bot/main.swift", line: 9)) { context in
            guard context.turn == 1 else { return }
            context.beat(file: "Bot/Feed.swift", line: 12)
            started.notify()
            await release.wait()
        }
        let life = try source.begin(rig.line)
        await started.wait()
        time.advance(by: .seconds(3))
        #expect(life.children().map(\.state) == [.stopping])
        time.advance(by: .seconds(5))
        #expect(source.statistics.zombies == 1)
        #expect(rig.zombies.list().map(\.name) == ["loop loop, turn 1"])
        #expect(life.children().map(\.name) == ["turn 1"])
        #expect(life.children().map(\.state) == [.failed])
        #expect(
            life.standing()
                == "turn 1 for 8.0s, cancelled 5.0s ago, last beat at Bot/Feed.swift:12 8.0s ago, declared at Bot/main.swift:9"
        )
        // A stop does not end before the turn does: the supervisor gives it up by itself.
        life.stop(StopOrder(grace: .seconds(1)))
        time.advance(by: .seconds(60))
        #expect(rig.reports.ends.isEmpty)
        release.notify()
        #expect(await rig.reports.end().isSuccess)
        #expect(source.statistics.zombies == 0)
        #expect(rig.zombies.count == 0)
        #expect(rig.zombies.total == 1)
        #expect(rig.outcomes == [.timeout])
        #expect(life.standing() == nil)
    }

    @Test("a loop does not start again over more abandoned turns than its limit of zombies, and does once they end")
    func lives() async throws {
        let started = Signal()
        let release = Signal()
        let spec = LoopSpec(every: .seconds(10), timeout: .seconds(3), patience: .seconds(5), maxZombies: 0)
        let source = rig.source(spec) { context in
            guard context.turn == 1 else { return }
            started.notify()
            await release.wait()
        }
        _ = try source.begin(rig.line)
        await started.wait()
        time.advance(by: .seconds(8))
        let end = await rig.reports.end()
        #expect(!end.isSuccess)
        #expect(end.laggards.map(\.path) == ["turn 1"])
        #expect(throws: MainspringError.self) { try source.begin(rig.line) }
        release.notify()
        await eventually { rig.zombies.count == 0 }
        let life = try source.begin(rig.line)
        await rig.turnsEnded(2)
        #expect(source.statistics.turns == 2)
        life.kill()
    }

    @Test("abandoned turns of an earlier life are listed below the next one, and named when that ends")
    func earlierTurnsAreListed() async throws {
        let release = Signal()
        let source = rig.source(LoopSpec(every: .seconds(10))) { if $0.turn == 1 { await release.wait() } }
        let first = try source.begin(rig.line)
        first.stop(StopOrder(grace: .seconds(1)))
        let second = try source.begin(rig.line)
        await rig.turnsEnded(1)
        #expect(second.children().map(\.name) == ["turn 1"])
        #expect(source.statistics.zombies == 1)
        second.stop(StopOrder(grace: .seconds(1)))
        // Its turn may have told of its end and not be over yet.
        await eventually { !rig.reports.ends.isEmpty }
        #expect(rig.reports.ends.map { $0.laggards.map(\.path) } == [["turn 1"]])
        release.notify()
        await rig.turnsEnded(2)
        await eventually { second.children().isEmpty }
    }

    @Test("each turn has a span with its loop and number, and none is below another")
    func spans() async throws {
        let tracer = InMemoryTracer()
        let body: LoopSource.Body = { if $0.turn == 2 { throw Failed() } }
        let runner = ClosureTurns(body: body, tracer: tracer, lane: { $0() })
        let source = rig.source(LoopSpec(every: .zero, pacing: .fixedDelay, maxFailures: 1), runner)
        _ = try source.begin(rig.line)
        #expect(await rig.reports.end().detail == "turn 2 failed: no price")
        let spans = tracer.finishedSpans
        #expect(spans.map(\.operationName) == ["loop.turn", "loop.turn"])
        #expect(spans.map { $0.attributes["loop.turn"]?.toSpanAttribute() } == [.int64(1), .int64(2)])
        #expect(spans.allSatisfy { $0.attributes["loop.name"]?.toSpanAttribute() == .string("loop") })
        #expect(spans.map(\.errors.count) == [0, 1])
        #expect(spans.allSatisfy { $0.parentSpanID == nil })
    }

    @Test("a thousand loops under virtual time do exactly what arithmetic says")
    func thousandLoops() throws {
        var random = SeededGenerator(seed: 42)
        var loops: [(source: LoopSource, every: Int, takes: Int, first: LoopSpec.First)] = []
        var lives: [any ChildLife] = []
        for number in 0..<1000 {
            let every = Int.random(in: 1...20, using: &random)
            let takes = Int.random(in: 0...30, using: &random) * 1000 + 1
            let first = LoopSpec.First.allCases.randomElement(using: &random) ?? .now
            let source = rig.source(
                LoopSpec(every: .seconds(every), first: first), TimedTurns(time: time) { _ in .milliseconds(takes) })
            loops.append((source, every, takes, first))
            lives.append(try source.begin(rig.line("loop\(number)")))
        }
        time.advance(by: .seconds(60))
        for (source, every, takes, first) in loops {
            let start = first == .now ? 0 : every
            let due = 60 < start ? 0 : (60 - start) / every + 1
            // A turn of `takes` keeps the next ones out that fall within it; it ends a millisecond after a whole second.
            let per = takes / 1000 / every + 1
            let turns = (due + per - 1) / per
            #expect(source.statistics.turns == turns)
            #expect(source.statistics.skipped == due - turns)
            #expect(source.statistics.missed == 0)
            #expect(source.statistics.lastLateness ?? .zero == .zero)
        }
        for life in lives { life.kill() }
        #expect(rig.reports.ends.count == 1000)
        #expect(time.pendingTimers == 0)
    }
}
