import MainspringCore
import Synchronization

// What others may know of it.
extension JobEngine {
    public var isQuiet: Bool { state.withLock { $0.pump.isQuiet } }

    public var isDraining: Bool { state.withLock { $0.pump.isDraining } }

    func attempt(of id: JobID) -> JobAttempt? {
        state.withLock { state in
            state.running.values.filter { $0.lease.job.id == id }.max { $0.startedAt < $1.startedAt }
        }
    }

    /// The attempts that run here now, zombies included.
    public func runningAttempts() -> [JobAttempt] {
        running().sorted { $0.startedAt < $1.startedAt }
    }

    func running() -> [JobAttempt] { state.withLock { Array($0.running.values) } }

    /// Slots of the queue that are taken on this node.
    public func busy(queue: String) -> Int {
        state.withLock { state in state.running.values.count { $0.lease.job.queue == queue } }
    }

    /// Of those, the ones that a zombie keeps.
    public func zombies(queue: String) -> Int {
        state.withLock { state in state.running.values.count { $0.lease.job.queue == queue && $0.isZombie } }
    }
}
