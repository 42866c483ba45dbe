import Synchronization

/// A place among the subscribers, given up once: when its last iteration ends, or when it is let go without any.
final class Membership: Sendable {
    private let iterations = Atomic<Int>(0)
    private let leave: @Sendable () -> Void

    /// `leave` may be called more than once.
    init(leave: @escaping @Sendable () -> Void) {
        self.leave = leave
    }

    deinit { leave() }

    func beginIteration() -> Iteration { Iteration(of: self) }

    /// Lives in an iterator: a loop that ends, in whatever way, lets go of it.
    final class Iteration: Sendable {
        private let membership: Membership

        fileprivate init(of membership: Membership) {
            self.membership = membership
            membership.iterations.add(1, ordering: .relaxed)
        }

        deinit {
            let left = membership.iterations.subtract(1, ordering: .acquiringAndReleasing).newValue
            if left == 0 { membership.leave() }
        }
    }
}
