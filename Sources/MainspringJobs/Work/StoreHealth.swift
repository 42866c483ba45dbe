public import Logging
public import MainspringCore
import Synchronization

/// Whether the store answers, from what its users saw last; feeds readiness and the pace of retries.
public final class StoreHealth: Sendable {
    private struct State {
        var error: MainspringError?
        var failures = 0
    }

    private let state = Mutex(State())
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    /// Why the last step failed; nil while the store answers.
    public var error: MainspringError? { state.withLock { $0.error } }

    /// Doubles with each failure in a row, from 100 ms to 5 s.
    var retryDelay: Duration {
        .milliseconds(100 << state.withLock { min(max($0.failures - 1, 0), 6) }).clamped(to: .seconds(5))
    }

    func succeeded() {
        let wasFailing = state.withLock { state in
            defer { state = State() }
            return state.error != nil
        }
        if wasFailing { logger.info("The store answers again") }
    }

    /// Logs the first failure of a row and every tenth after it.
    func failed(_ error: any Error, doing step: String) {
        let known = error as? MainspringError ?? MainspringError(.storeFailed, "the store failed", cause: String(describing: error))
        let count = state.withLock { state in
            state.error = known
            state.failures += 1
            return state.failures
        }
        guard count % 10 == 1 else { return }
        logger.error(
            "The store did not take a step; it is tried again until it does",
            metadata: ["store.step": "\(step)", "store.failures": "\(count)", "error": "\(known)"])
    }
}

extension Duration {
    fileprivate func clamped(to limit: Duration) -> Duration { Swift.min(self, limit) }
}
