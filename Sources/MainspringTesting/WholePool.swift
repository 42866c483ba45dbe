import Synchronization

/// The concurrency pool, for tests that need more than one of its threads at once, or block all of them: they take turns,
/// as two such tests would wait for each other for ever. All tests of a package run in one process.
package enum WholePool {
    private struct State {
        var isTaken = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private static let state = Mutex(State())

    /// On the caller's actor.
    package static func exclusively<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await take()
        defer { release() }
        return try await body()
    }

    @concurrent private static func take() async {
        await withCheckedContinuation { continuation in
            let isOurs = state.withLock { state in
                if state.isTaken { state.waiters.append(continuation) }
                defer { state.isTaken = true }
                return !state.isTaken
            }
            if isOurs { continuation.resume() }
        }
    }

    private static func release() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}
