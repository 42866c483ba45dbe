import MainspringSQLite
import Synchronization

/// Keeps what was rung, and lets a test wait for kinds.
final class RingRecorder: Sendable {
    private struct State {
        var rings: [DoorbellKind] = []
        var waiters: [(kinds: DoorbellKind, continuation: CheckedContinuation<Void, Never>)] = []

        var all: DoorbellKind { rings.reduce([]) { $0.union($1) } }
    }

    private let state = Mutex(State())

    var rings: [DoorbellKind] { state.withLock { $0.rings } }

    func record(_ kinds: DoorbellKind) {
        let ready = state.withLock { state in
            state.rings.append(kinds)
            let all = state.all
            defer { state.waiters.removeAll { all.isSuperset(of: $0.kinds) } }
            return state.waiters.filter { all.isSuperset(of: $0.kinds) }
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Once all of these have been rung, in one ring or several, those of the past included.
    func wait(for kinds: DoorbellKind) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = state.all.isSuperset(of: kinds)
                if !isThere { state.waiters.append((kinds, continuation)) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
    }
}
