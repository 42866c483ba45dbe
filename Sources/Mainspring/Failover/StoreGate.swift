import MainspringCore
import Synchronization

/// Between a node and its store's server: while it is shut, the server is away for this node.
final class StoreGate: Sendable {
    private let isShut = Atomic(false)

    func shut() { isShut.store(true, ordering: .releasing) }
    func open() { isShut.store(false, ordering: .releasing) }

    /// Throws what an absent server makes its store throw.
    func pass() throws(MainspringError) {
        guard isShut.load(ordering: .acquiring) else { return }
        throw MainspringError(.storeUnreachable, "a drill keeps the store away from this node")
    }
}
