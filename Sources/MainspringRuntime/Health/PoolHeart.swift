internal import CMainspringSpawn
import Dispatch
import Glibc
public import MainspringCore
import Synchronization

/// Asks the Swift concurrency pool for a sign of life, from a thread of its own: what liveness is answered from.
///
/// It asks with one tiny task per priority and interval, so that a node whose every pool thread is blocked still knows it.
public final class PoolHeart: Sendable {
    private let core: Core

    /// Begins to beat, until the heart is gone. `changed` is called when a beat finds a new state, with the old one, on
    /// a queue where it may block; a state that lasted less than an interval may be left out.
    ///
    /// Without a thread, when the process has none left, nothing is ever asked and the answer is always `working`.
    public convenience init(
        policy: HeartPolicy = HeartPolicy(), time: any TimeSource,
        changed: @escaping @Sendable (LivenessReport, _ before: LivenessReport.State) -> Void = { _, _ in }
    ) {
        self.init(policy: policy, time: time, changed: changed) { part, answer in
            Task.detached(name: "mainspring.heartbeat", priority: part.priority) { answer() }
        }
    }

    init(
        policy: HeartPolicy, time: any TimeSource,
        changed: @escaping @Sendable (LivenessReport, LivenessReport.State) -> Void,
        ask: @escaping @Sendable (PoolPart, @escaping @Sendable () -> Void) -> Void
    ) {
        core = Core(policy: policy, time: time, changed: changed, ask: ask)
        core.start()
    }

    deinit { core.stop() }

    /// As it is now, from any thread; it takes a lock for an instant.
    public func liveness() -> LivenessReport { core.liveness() }
}

/// What the thread keeps alive; the heart itself may go before it.
private final class Core: Sendable {
    private struct State {
        var machine: HeartMachine
        var told = LivenessReport.State.working
        var isTelling = false
        var isStopped = false
    }

    private let state: Mutex<State>
    private let interval: Duration
    private let time: any TimeSource
    private let changed: @Sendable (LivenessReport, LivenessReport.State) -> Void
    private let ask: @Sendable (PoolPart, @escaping @Sendable () -> Void) -> Void
    private let queue = DispatchQueue(label: "mainspring.heart", qos: .userInitiated)
    private let wake = mspr_wake_open()

    init(
        policy: HeartPolicy, time: any TimeSource,
        changed: @escaping @Sendable (LivenessReport, LivenessReport.State) -> Void,
        ask: @escaping @Sendable (PoolPart, @escaping @Sendable () -> Void) -> Void
    ) {
        state = Mutex(State(machine: HeartMachine(policy: policy, at: time.monotonic())))
        interval = policy.interval
        self.time = time
        self.changed = changed
        self.ask = ask
    }

    deinit { close(wake) }

    func start() { _ = RawThread.start("mspr-heart") { self.run() } }

    func stop() {
        state.withLock { $0.isStopped = true }
        mspr_wake(wake)
    }

    func liveness() -> LivenessReport {
        // Read inside the lock: a beat must not come between the clock and the machine.
        state.withLock { $0.machine.liveness(at: time.monotonic()) }
    }

    private func run() {
        while !state.withLock({ $0.isStopped }) {
            beat()
            var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Int32(clamping: interval.wholeMicroseconds / 1000))
        }
    }

    private func beat() {
        let (parts, before, news) = state.withLock { state in
            let now = time.monotonic()
            let parts = state.machine.beat(at: now)
            let report = state.machine.liveness(at: now)
            guard report.state != state.told, !state.isTelling else {
                return (parts, state.told, LivenessReport?.none)
            }
            let before = state.told
            state.told = report.state
            state.isTelling = true
            return (parts, before, report)
        }
        if let news {
            queue.async {
                self.changed(news, before)
                self.state.withLock { $0.isTelling = false }
            }
        }
        for part in parts {
            ask(part) { self.state.withLock { $0.machine.answered(part) } }
        }
    }
}
