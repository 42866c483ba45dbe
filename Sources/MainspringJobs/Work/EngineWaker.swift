import Synchronization

/// Wakes the engine on behalf of parts that are made before it; a wake before ``set(_:)`` is not needed, because a new
/// engine looks at every queue first. It does not keep the engine, whose parts keep it.
final class EngineWaker: Sendable {
    private struct State {
        weak var engine: JobEngine?
    }

    private let state = Mutex(State())

    func set(_ engine: JobEngine) {
        state.withLock { $0.engine = engine }
    }

    func wake(_ queue: String) { engine?.wake(queue: queue) }

    func wakeAll() { engine?.wakeAll() }

    func checkLeases() { engine?.checkLeases() }

    private var engine: JobEngine? { state.withLock { $0.engine } }
}
