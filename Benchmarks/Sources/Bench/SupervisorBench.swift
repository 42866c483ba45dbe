import Foundation
import Logging
import MainspringCore
import MainspringRuntime
import Synchronization

/// What supervision costs: the start and the stop of many Swift children, a restart beyond its backoff, an idle child.
enum SupervisorBench {
    static func run() async throws {
        let count = 10_000
        print("supervisor: \(count) cooperative Swift children, median of 5")
        // Memory is not given back: only the first children show what they cost.
        let first = try await startAndStop(count, .oneForOne)
        print("  \(Int(first.bytes)) bytes of resident memory per idle child")
        for strategy in SupervisionPolicy.Strategy.allCases {
            var starts: [Double] = []
            var stops: [Double] = []
            for _ in 0..<5 {
                let result = try await startAndStop(count, strategy)
                starts.append(result.start)
                stops.append(result.stop)
            }
            print(
                "  \(strategy.rawValue): all ready after \(milliseconds(median(starts))), all gone "
                    + "\(milliseconds(median(stops))) after stop() (worst \(milliseconds(stops.max() ?? 0)))")
        }
        let latencies = try await restarts(200).sorted()
        print(
            "  a crash to the next start, beyond the backoff: median \(milliseconds(latencies[latencies.count / 2])), "
                + "99 % \(milliseconds(latencies[latencies.count * 99 / 100]))")
    }

    private static func startAndStop(
        _ count: Int, _ strategy: SupervisionPolicy.Strategy
    ) async throws -> (start: Double, stop: Double, bytes: Double) {
        let clock = SystemTime()
        let counter = ReadyCounter(count)
        let context = SupervisorContext(
            time: clock, sink: counter, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let before = resident()
        let supervisor = try Supervisor(
            children: (0..<count).map { number in
                context.child(ChildSpec(name: "child \(number)", kind: .service)) { await $0.untilStopping() }
            }, policy: SupervisionPolicy(strategy: strategy), context: context)
        let begin = clock.monotonic()
        supervisor.start()
        await counter.done()
        let start = clock.monotonic() - begin
        let grown = resident() - before
        let asked = clock.monotonic()
        let late = await supervisor.stop(budget: .seconds(25))
        let stop = clock.monotonic() - asked
        precondition(late.isEmpty && supervisor.running().isEmpty)
        return (start.inSeconds, stop.inSeconds, Double(grown) / Double(count))
    }

    /// Seconds beyond the backoff, for each crash.
    private static func restarts(_ count: Int) async throws -> [Double] {
        let clock = SystemTime()
        let watch = RestartWatch(count, clock)
        let context = SupervisorContext(
            time: clock, sink: watch, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let spec = ChildSpec(
            name: "child", kind: .service, backoff: RestartBackoff(base: .milliseconds(5), cap: .milliseconds(5)))
        let supervisor = try Supervisor(
            children: [
                context.child(spec) { _ in
                    watch.began()
                    throw MainspringError(.storeFailed, "a crash")
                }
            ], policy: SupervisionPolicy(maxRestarts: count * 2), context: context)
        supervisor.start()
        let latencies = await watch.done()
        _ = await supervisor.stop(budget: .seconds(5))
        return latencies
    }

    /// Bytes of resident memory.
    private static func resident() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    private static func milliseconds(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1000) }
}

/// Counts children that became ready.
private final class ReadyCounter: EventSink {
    private let state: Mutex<(left: Int, waiter: CheckedContinuation<Void, Never>?)>

    init(_ count: Int) { state = Mutex((count, nil)) }

    func emit(_ event: MainspringEvent) {
        guard case .service(.ready) = event else { return }
        state.withLock { state in
            state.left -= 1
            return state.left == 0 ? state.waiter : nil
        }?.resume()
    }

    func done() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.left > 0 { state.waiter = continuation }
                return state.left <= 0
            }
            if isDone { continuation.resume() }
        }
    }
}

/// Times from each crash to the start after it, less the backoff between them.
private final class RestartWatch: EventSink {
    private struct State {
        var crashedAt: MonotonicInstant?
        var delay = Duration.zero
        var latencies: [Double] = []
        var waiter: CheckedContinuation<[Double], Never>?
    }

    private let state = Mutex(State())
    private let count: Int
    private let clock: SystemTime

    init(_ count: Int, _ clock: SystemTime) {
        self.count = count
        self.clock = clock
    }

    func emit(_ event: MainspringEvent) {
        guard case .service(.backingOff(_, let delay, _)) = event else { return }
        state.withLock { $0.delay = delay }
    }

    /// The child begins, and crashes in the same moment.
    func began() {
        let now = clock.monotonic()
        let (waiter, latencies): (CheckedContinuation<[Double], Never>?, [Double]) = state.withLock { state in
            if let crashedAt = state.crashedAt { state.latencies.append((now - crashedAt - state.delay).inSeconds) }
            state.crashedAt = clock.monotonic()
            guard state.latencies.count >= count else { return (nil, []) }
            defer { state.waiter = nil }
            return (state.waiter, state.latencies)
        }
        waiter?.resume(returning: latencies)
    }

    func done() async -> [Double] {
        await withCheckedContinuation { continuation in state.withLock { $0.waiter = continuation } }
    }
}
