public import Logging
public import MainspringCore
import Synchronization

/// Whether the store answers, from what its users saw last; feeds readiness and the pace of retries.
public final class StoreHealth: Sendable {
    /// What the store is asked for. Each fails and recovers alone: a full disk stops settlements while reads still answer.
    enum Step: String, Sendable, Hashable {
        case exchange, renew, report, promote, upkeep, beat
    }

    private struct Failure {
        var error: MainspringError
        var count: Int
    }

    private let failures = Mutex<[Step: Failure]>([:])
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    /// Why a step that has not succeeded since failed; nil while the store answers.
    public var error: MainspringError? {
        failures.withLock { $0.min { $0.key.rawValue < $1.key.rawValue }?.value.error }
    }

    /// Doubles with each failure of the step in a row, from 100 ms to 5 s.
    func retryDelay(of step: Step) -> Duration {
        let count = failures.withLock { $0[step]?.count ?? 1 }
        return min(.milliseconds(100 << min(count - 1, 6)), .seconds(5))
    }

    func succeeded(doing step: Step) {
        guard failures.withLock({ $0.removeValue(forKey: step) }) != nil else { return }
        logger.info("The store takes a step again", metadata: ["store.step": "\(step.rawValue)"])
    }

    /// The step is not tried again, as there is nothing more to do: its last failure says nothing about the store.
    func unneeded(_ step: Step) {
        failures.withLock { $0[step] = nil }
    }

    /// Logs the first failure of a row and every tenth after it.
    func failed(_ error: any Error, doing step: Step) {
        let known =
            error as? MainspringError
            ?? MainspringError(.storeFailed, "the store failed", cause: String(describing: error))
        let count = failures.withLock { failures in
            let count = (failures[step]?.count ?? 0) + 1
            failures[step] = Failure(error: known, count: count)
            return count
        }
        guard count % 10 == 1 else { return }
        logger.error(
            "The store did not take a step; it is tried again until it does",
            metadata: ["store.step": "\(step.rawValue)", "store.failures": "\(count)", "error": "\(known)"])
    }
}
