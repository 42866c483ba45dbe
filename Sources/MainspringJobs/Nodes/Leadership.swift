import MainspringCore
import Synchronization

/// Whether this node leads its store's nodes: it promotes, fires, reclaims, parks and prunes for all of them while it holds the
/// term.
final class Leadership: Sendable {
    private struct State {
        var term: Term?
        var onChange: [@Sendable (Term?) -> Void] = []
    }

    private let state = Mutex(State())

    var term: Term? { state.withLock { $0.term } }

    /// `handler` is called after every change with what holds now, on any thread; it must not block.
    func onChange(_ handler: @escaping @Sendable (Term?) -> Void) {
        state.withLock { $0.onChange.append(handler) }
    }

    func set(_ term: Term?) {
        let handlers: [@Sendable (Term?) -> Void] = state.withLock { state in
            guard state.term != term else { return [] }
            state.term = term
            return state.onChange
        }
        for handler in handlers { handler(term) }
    }

    /// The store refused a write under the term.
    func lost(_ term: Term) {
        if self.term == term { set(nil) }
    }
}
