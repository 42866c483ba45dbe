import MainspringCore

/// A node as the memory store keeps it.
struct MemoryNode: Sendable {
    var record: NodeRecord
    /// It counts as alive until then.
    var until: MonotonicInstant
    var wish: NodeWish?
}
