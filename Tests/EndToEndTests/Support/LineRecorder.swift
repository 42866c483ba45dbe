import Foundation
import MainspringTesting
import Synchronization

/// The lines that a process wrote, for whoever waits for one.
final class LineRecorder: Sendable {
    private struct Waiter {
        let id: Int
        let offer: @Sendable (String) -> Bool
        let fail: @Sendable () -> Void
    }

    private struct State {
        var lines: [String] = []
        var rest = ""
        var nextID = 0
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var text: String { state.withLock { $0.lines.joined(separator: "\n") } }

    func read(_ pipe: TestPipe) {
        pipe.read { self.append(String(decoding: $0, as: UTF8.self)) }
    }

    /// The first answer that `match` gives, for a past line or a later one.
    func first<Value: Sendable>(
        timeout seconds: Int, _ match: @escaping @Sendable (String) -> Value?
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let past: Value? = state.withLock { state in
                if let value = state.lines.lazy.compactMap(match).first { return value }
                state.nextID += 1
                let id = state.nextID
                let waiter = Waiter(
                    id: id,
                    offer: { line in
                        guard let value = match(line) else { return false }
                        continuation.resume(returning: value)
                        return true
                    },
                    fail: {
                        continuation.resume(
                            throwing: TimedOut(description: "no such line in \(seconds) s:\n\(self.text)"))
                    })
                state.waiters.append(waiter)
                DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { self.giveUp(id) }
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
    }

    private func append(_ text: String) {
        state.withLock { state in
            var parts = (state.rest + text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            state.rest = parts.removeLast()
            for line in parts {
                state.lines.append(line)
                state.waiters.removeAll { $0.offer(line) }
            }
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state in
            defer { state.waiters.removeAll { $0.id == id } }
            return state.waiters.first { $0.id == id }
        }
        waiter?.fail()
    }
}
