import Logging
import MainspringCore
import MainspringTesting
import Synchronization

@testable import MainspringRuntime

/// A loop's source with what a supervisor and a node would give it.
struct LoopRig {
    let time: any TimeSource
    let events = EventRecorder()
    let reports = Reports()
    let zombies = ZombieRegister()
    let logger = Logger(label: "test") { _ in SilentLogHandler() }

    var line: ChildLine { line("loop") }

    func line(_ name: String) -> ChildLine {
        ChildLine(name: name, time: time) { [reports] in reports.add($0) }
    }

    func source(
        _ spec: LoopSpec, site: SourceSite? = nil, body: @escaping LoopSource.Body
    ) -> LoopSource {
        source(spec, ClosureTurns(body: body, tracer: nil, lane: { $0() }), site: site)
    }

    func source(_ spec: LoopSpec, _ runner: any TurnRunner, site: SourceSite? = nil) -> LoopSource {
        LoopSource(
            spec, runner: runner, zombies: zombies, time: time, sink: events, logger: logger,
            random: SeededGenerator(seed: 1),
            site: site)
    }

    /// Of turns that ended, in that order.
    var outcomes: [LoopEvent.Outcome] { events.events.compactMap(\.outcome) }

    @discardableResult
    func turnsEnded(_ count: Int) async -> [MainspringEvent] { await events.first(count) { $0.outcome != nil } }
}

extension MainspringEvent {
    var outcome: LoopEvent.Outcome? {
        if case .loop(.turnEnded(_, _, let outcome, _, _, _)) = self { outcome } else { nil }
    }
}

/// What a life told its supervisor.
final class Reports: Sendable {
    private struct State {
        var reports: [ChildReport] = []
        var waiters: [CheckedContinuation<ChildEnd, Never>] = []
    }

    private let state = Mutex(State())

    var all: [ChildReport] { state.withLock { $0.reports } }
    var ends: [ChildEnd] { all.compactMap(\.end) }

    func add(_ report: ChildReport) {
        let waiters = state.withLock { state in
            state.reports.append(report)
            guard report.end != nil else { return [CheckedContinuation<ChildEnd, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        if let end = report.end { for waiter in waiters { waiter.resume(returning: end) } }
    }

    @concurrent func end() async -> ChildEnd {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state in
                let end = state.reports.lazy.compactMap(\.end).first
                if end == nil { state.waiters.append(continuation) }
                return end
            }
            if let end { continuation.resume(returning: end) }
        }
    }
}

extension ChildReport {
    fileprivate var end: ChildEnd? { if case .ended(let end) = self { end } else { nil } }
}

/// Turns that take virtual time and obey cancellation at once.
struct TimedTurns: TurnRunner {
    let time: any TimeSource
    let takes: @Sendable (LoopContext) -> Duration

    var margin: Duration { .zero }

    func begin(_ context: LoopContext, ended: @escaping @Sendable (TurnEnd) -> Void) -> any RunningTurn {
        let turn = Turn(ended: ended)
        turn.timer.set(time.schedule(after: takes(context)) { turn.end(.success) })
        return turn
    }

    final class Turn: RunningTurn {
        let timer = Box<any ScheduledAction>()
        private let ended: Mutex<(@Sendable (TurnEnd) -> Void)?>

        init(ended: @escaping @Sendable (TurnEnd) -> Void) { self.ended = Mutex(ended) }

        var pid: Int32? { nil }

        func cancel(signal: Int32, grace: Duration) {
            timer.value?.cancel()
            end(.failure("cancelled"))
        }

        func end(_ end: TurnEnd) {
            ended.withLock { ended in
                defer { ended = nil }
                return ended
            }?(end)
        }
    }
}

/// Writes nothing, and remembers its metadata, which the library's silent one does not.
struct SilentLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}
