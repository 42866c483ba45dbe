import MainspringCore
import MainspringJobs
import MainspringRuntime
import Synchronization

/// Counts what becomes of the jobs while a node stops.
final class StopTally: EventSink {
    private struct State {
        var isCounting = false
        var tally = ShutdownTally()
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    var tally: ShutdownTally { state.withLock { $0.tally } }

    func begin() { state.withLock { $0.isCounting = true } }

    func killed(_ attempt: JobAttempt) {
        guard attempt.stopReason == .shutdown else { return }
        let laggard = attempt.laggard(at: time.now())
        state.withLock { $0.tally.killed.append(laggard) }
    }

    func emit(_ event: MainspringEvent) {
        guard case .job(.settled(let settlement, _)) = event else { return }
        state.withLock { state in
            guard state.isCounting else { return }
            if settlement.attempt.outcome == .interrupted {
                state.tally.handedBack += 1
            } else {
                state.tally.finished += 1
            }
        }
    }
}

extension JobAttempt {
    /// For people: `scan 01920e…`.
    var displayName: String { "\(lease.job.kind) \(lease.job.id)" }

    /// As one that did not end in its time.
    func laggard(at now: Timestamp) -> Laggard {
        let ran = max(.zero, now - startedAt)
        return Laggard(
            path: displayName, after: ran, wasKilled: true,
            standing: "attempt \(lease.attemptNumber) of queue \(lease.job.queue), running for \(ran.forPeople)")
    }
}
