import MainspringCore
import Synchronization

/// Runs closures one after another on one thread, and goes on without a closure that does not return.
///
/// For code of others that may block: cancellation handlers, callbacks. A closure that runs for longer than `patience`
/// keeps its thread, and the rest goes on on another; only then do two closures run at once. The thread ends when nothing
/// is left to run. Closures wait without limit: each stands for something that must happen.
final class AbandonableLane: Sendable {
    private struct State {
        var incoming: [@Sendable () -> Void] = []
        /// In reverse: the next one is the last.
        var outgoing: [@Sendable () -> Void] = []
        /// Which thread the lane goes on; earlier ones were left behind.
        var generation = 0
        var hasThread = false
        var startedAt: MonotonicInstant?
        var stuck = 0
        var watch: (any ScheduledAction)?

        mutating func next() -> (@Sendable () -> Void)? {
            if outgoing.isEmpty {
                outgoing = incoming.reversed()
                incoming = []
            }
            return outgoing.popLast()
        }
    }

    private let state = Mutex(State())
    private let name: String
    private let time: any TimeSource
    private let patience: Duration

    /// The thread is called `mspr-` and the label, of which ten bytes are seen.
    init(label: String, time: any TimeSource, patience: Duration = .milliseconds(50)) {
        name = "mspr-\(label)"
        self.time = time
        self.patience = patience
    }

    /// Closures that were left behind and still run; each holds a thread.
    var stuck: Int { state.withLock { $0.stuck } }

    var waiting: Int { state.withLock { $0.incoming.count + $0.outgoing.count } }

    /// Runs `work` after what was handed in before it, never on the caller's thread.
    func run(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.incoming.append(work) }
        startThread()
    }

    private func startThread() {
        let generation: Int? = state.withLock { state in
            guard !state.hasThread, !(state.incoming.isEmpty && state.outgoing.isEmpty) else { return nil }
            state.hasThread = true
            state.generation += 1
            return state.generation
        }
        guard let generation else { return }
        watch(generation, after: patience)
        guard !RawThread.start(name, { self.serve(generation) }) else { return }
        // The process is out of threads: the next look, or the next closure, tries again.
        state.withLock { $0.hasThread = false }
    }

    private func serve(_ generation: Int) {
        while let work = next(generation) { work() }
    }

    private func next(_ generation: Int) -> (@Sendable () -> Void)? {
        let now = time.monotonic()
        let (work, watch): ((@Sendable () -> Void)?, (any ScheduledAction)?) = state.withLock { state in
            guard state.generation == generation, state.hasThread else {
                state.stuck -= 1
                return (nil, nil)
            }
            if let work = state.next() {
                state.startedAt = now
                return (work, nil)
            }
            state.startedAt = nil
            state.hasThread = false
            defer { state.watch = nil }
            return (nil, state.watch)
        }
        watch?.cancel()
        return work
    }

    /// One timer for as long as the thread lives, however many closures it runs.
    private func watch(_ generation: Int, after delay: Duration) {
        let timer = time.schedule(after: delay) { self.look(generation) }
        let unneeded: (any ScheduledAction)? = state.withLock { state in
            guard state.generation == generation, state.hasThread else { return timer }
            defer { state.watch = timer }
            return state.watch
        }
        unneeded?.cancel()
    }

    private func look(_ generation: Int) {
        let now = time.monotonic()
        let again: Duration? = state.withLock { state in
            guard state.generation == generation, state.hasThread else { return nil }
            state.watch = nil
            let ran = state.startedAt.map { now - $0 } ?? .zero
            guard ran >= patience else { return patience - ran }
            state.stuck += 1
            state.hasThread = false
            state.startedAt = nil
            return nil
        }
        if let again { watch(generation, after: again) } else { startThread() }
    }
}
