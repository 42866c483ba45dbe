import Dispatch
public import MainspringCore
import Synchronization

/// Tells systemd, or whatever else set `NOTIFY_SOCKET`, where the process stands; without `NOTIFY_SOCKET` it does nothing.
///
/// No call blocks or needs the concurrency pool: messages go out in their order on a queue of its own. When the manager is
/// slow to take them, 16 wait, one of the watchdog among them; further ones are dropped and counted.
public final class SystemdNotifier: Sendable {
    private struct State {
        var waiting = 0
        var isWatchdogWaiting = false
        var dropped = 0
        var timer: (any ScheduledAction)?
    }

    static let limit = 16

    private let socket: NotifySocket?
    private let watchdog: Duration?
    private let time: any TimeSource
    private let kernelMicroseconds: @Sendable () -> Int64
    private let queue = DispatchQueue(label: "mainspring.systemd", qos: .userInitiated)
    private let state = Mutex(State())

    /// `environment` gives `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`; it is asked once.
    public convenience init(environment: (String) -> String?, pid: Int32, time: any TimeSource) {
        self.init(environment: environment, pid: pid, time: time) { SystemTime.kernelMicroseconds() }
    }

    init(
        environment: (String) -> String?, pid: Int32, time: any TimeSource,
        kernelMicroseconds: @escaping @Sendable () -> Int64
    ) {
        socket = environment("NOTIFY_SOCKET").flatMap { NotifySocket($0) }
        let isMeant = environment("WATCHDOG_PID").map { Int32($0) == pid } ?? true
        watchdog = environment("WATCHDOG_USEC").flatMap { Int64($0) }.flatMap { micros in
            isMeant && micros > 0 ? .microseconds(micros) : nil
        }
        self.time = time
        self.kernelMicroseconds = kernelMicroseconds
    }

    deinit { state.withLock { $0.timer }?.cancel() }

    /// Messages that nobody got.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// The start, or a reload, is done.
    public func ready(_ status: String) { send([.ready, .status(status)]) }

    /// A reload begins; ``ready(_:)`` ends it.
    public func reloading() { send([.reloading(microseconds: kernelMicroseconds()), .status("reloading")]) }

    /// The stop begins, and is over within `limit`.
    ///
    /// Told so, systemd waits that long even if the unit's own limit is shorter: the node ends what it started, by its own
    /// deadline, rather than being cut off in the middle of that.
    public func stopping(_ status: String, within limit: Duration) {
        send([.stopping, .status(status)])
        // By itself: it counts for the step that the one before began.
        send([.extend(limit)])
    }

    /// One line for people, in `systemctl status`.
    public func status(_ text: String) { send([.status(text)]) }

    /// From here on tells the watchdog twice in its time that all is well, as long as `isAlive` says so; does nothing when
    /// the unit has no `WatchdogSec`. `isAlive` must not block.
    public func keepAlive(while isAlive: @escaping @Sendable () -> Bool) {
        guard socket != nil, let watchdog else { return }
        if isAlive() { sendWatchdog() }
        let timer = time.schedule(after: watchdog / 2) { [weak self] in self?.keepAlive(while: isAlive) }
        state.withLock { $0.timer = timer }
    }

    /// One at a time: while it waits, another says nothing more.
    private func sendWatchdog() {
        let isFirst = state.withLock { state in
            defer { state.isWatchdogWaiting = true }
            return !state.isWatchdogWaiting
        }
        guard isFirst else { return }
        send([.watchdog]) { [self] in state.withLock { $0.isWatchdogWaiting = false } }
    }

    private func send(_ messages: [SystemdMessage], done: @escaping @Sendable () -> Void = {}) {
        guard let socket else { return }
        let isRoom = state.withLock { state in
            guard state.waiting < Self.limit else {
                state.dropped += 1
                return false
            }
            state.waiting += 1
            return true
        }
        guard isRoom else { return done() }
        let text = SystemdMessage.text(messages)
        queue.async {
            let isSent = socket.send(text)
            self.state.withLock { state in
                state.waiting -= 1
                if !isSent { state.dropped += 1 }
            }
            done()
        }
    }
}
