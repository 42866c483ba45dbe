import Foundation
import Synchronization

struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// One exit code, for whoever waits for it.
final class ExitWaiter: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, any Error>] = []
    }

    private let state = Mutex(State())

    func finish(_ status: Int32) {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.status = status
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    func wait(timeout seconds: Int = 60) async throws -> Int32 {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { self.giveUp(seconds) }
        return try await withCheckedThrowingContinuation { continuation in
            let status: Int32? = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func giveUp(_ seconds: Int) {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: TimedOut(description: "no exit within \(seconds) s")) }
    }
}
