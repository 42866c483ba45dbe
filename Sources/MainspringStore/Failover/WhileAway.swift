/// What becomes of spooled jobs while the server is away.
public enum WhileAway: String, Sendable, Hashable, CaseIterable {
    /// They wait for it. Unique keys and limits are never violated.
    case hold
    /// They run on the node that took them in. Unique keys hold among its spooled jobs only.
    case run
}
