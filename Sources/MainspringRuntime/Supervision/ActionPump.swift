import Synchronization

/// A pure machine under a lock, whose actions are performed outside the lock: one at a time, in the order in which the
/// machine returned them, by whichever thread came first.
final class ActionPump<Machine: Sendable, Action: Sendable>: Sendable {
    private struct State {
        var machine: Machine
        var pending: [Action] = []
        var isPerforming = false
    }

    private let state: Mutex<State>

    init(_ machine: sending Machine) {
        state = Mutex(State(machine: machine))
    }

    func read<Value: Sendable>(_ look: (borrowing Machine) -> Value) -> Value {
        state.withLock { look($0.machine) }
    }

    /// Feeds the machine. `perform` may call back in here: what comes of that is performed after the action at hand.
    func feed(_ step: (inout Machine) -> [Action], perform: (Action) -> Void) {
        let isOurs = state.withLock { state in
            state.pending += step(&state.machine)
            guard !state.isPerforming, !state.pending.isEmpty else { return false }
            state.isPerforming = true
            return true
        }
        guard isOurs else { return }
        while let actions = next() {
            for action in actions { perform(action) }
        }
    }

    private func next() -> [Action]? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isPerforming = false
                return nil
            }
            defer { state.pending = [] }
            return state.pending
        }
    }
}
