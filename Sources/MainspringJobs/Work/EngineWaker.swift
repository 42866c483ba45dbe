import Synchronization

/// Wakes the engine on behalf of parts that are made before it; a wake before ``set(_:)`` is not needed, because a new
/// engine looks at every queue first.
final class EngineWaker: Sendable {
    private let engine = Mutex<JobEngine?>(nil)

    func set(_ engine: JobEngine) {
        self.engine.withLock { $0 = engine }
    }

    func wake(_ queue: String) {
        engine.withLock { $0 }?.wake(queue: queue)
    }
}
