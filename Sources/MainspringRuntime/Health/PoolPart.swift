/// A part of the concurrency pool. On Linux each priority has threads of its own: one never sees that another is blocked.
enum PoolPart: String, CaseIterable {
    case high, medium, low, background

    var priority: TaskPriority {
        switch self {
        case .high: .high
        case .medium: .medium
        case .low: .low
        case .background: .background
        }
    }

    /// The node's own tasks run here. Work that fills the others for long is where it belongs: it makes a node busy, and no
    /// reason to end it.
    var isVital: Bool { self == .high || self == .medium }
}
