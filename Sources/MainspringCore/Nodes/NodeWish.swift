/// What somebody asked a node for through the store.
public enum NodeWish: String, Sendable, Hashable, CaseIterable {
    /// Take no more jobs; what runs goes on.
    case drain
    /// Take jobs again.
    case resume
    /// Stop in order, as at SIGTERM.
    case stop
}
