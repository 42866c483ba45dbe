import MainspringCore
import Synchronization

/// Whether the others count this node as alive, as far as it can tell by its own clock.
///
/// A node that stood still, or could not reach the store, for as long as its lease counts as dead: what it claims would be taken
/// back at once, and what it finds overdue may be overdue only because it looked away.
final class Membership: Sendable {
    private struct State {
        /// When the last beat was sent that was heard.
        var heardAt: MonotonicInstant?
        /// When it was heard again after a gap.
        var returnedAt: MonotonicInstant?
        var isRefused = false
        var onReturn: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    /// A node counts as dead without a beat for this long.
    static let lease: Duration = .seconds(30)
    /// After a gap of its own a node leaves the others this long to be heard again, before it takes what they held.
    private static let grace: Duration = .seconds(5)

    /// `handler` is called when the node is heard again after a gap, on any thread; it must not block.
    func onReturn(_ handler: @escaping @Sendable () -> Void) {
        state.withLock { $0.onReturn = handler }
    }

    /// A beat that was sent then was heard.
    func heard(at instant: MonotonicInstant) {
        let handler: (@Sendable () -> Void)? = state.withLock { state in
            let isBack = state.isRefused || state.heardAt.map { instant - $0 > Self.lease } ?? false
            state.heardAt = instant
            state.isRefused = false
            guard isBack else { return nil }
            state.returnedAt = instant
            return state.onReturn
        }
        handler?()
    }

    /// Another incarnation has the node's name.
    func refused() { state.withLock { $0.isRefused = true } }

    /// True before the first beat: who runs a node that never joined knows why.
    func holds(at instant: MonotonicInstant) -> Bool {
        state.withLock { state in
            !state.isRefused && state.heardAt.map { instant - $0 <= Self.lease } ?? true
        }
    }

    /// It holds, and every other that lives had the time to be heard since the last gap.
    func isSteady(at instant: MonotonicInstant) -> Bool {
        holds(at: instant) && state.withLock { $0.returnedAt.map { instant - $0 >= Self.grace } ?? true }
    }
}
