import MainspringCore
import MainspringJobs
import Synchronization

/// Ends attempts as the test says: at once by its script, or when the test ends them.
final class ScriptedExecutor: JobExecutor {
    private struct State {
        var started: [JobAttempt] = []
        var held: [AttemptToken: CheckedContinuation<AttemptResult, Never>] = [:]
        var peak = 0
        var urgencies: [JobAttempt.Urgency] = []
        var waiters: [Waiter] = []

        func holds(_ id: JobID) -> Bool {
            started.contains { $0.lease.job.id == id && held[$0.lease.token] != nil }
        }
    }

    private struct Waiter {
        let isOver: @Sendable (State) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    static let stopped = JobOutcome.failure(JobFailure(code: "stopped", message: "it was stopped"))

    private let state = Mutex(State())
    private let ignoresStop: Bool
    private let script: @Sendable (JobAttempt) -> JobOutcome?

    /// The script's nil holds the attempt until ``end(_:_:)``, a stop (unless that is ignored) or a kill.
    init(
        ignoresStop: Bool = false,
        script: @escaping @Sendable (JobAttempt) -> JobOutcome? = { _ in .success(result: nil) }
    ) {
        self.ignoresStop = ignoresStop
        self.script = script
    }

    /// Holds every attempt.
    static func holding(ignoresStop: Bool = false) -> ScriptedExecutor {
        ScriptedExecutor(ignoresStop: ignoresStop) { _ in nil }
    }

    var started: [JobAttempt] { state.withLock { $0.started } }
    var startedIDs: [JobID] { started.map(\.lease.job.id) }
    /// The most that were held at once.
    var peak: Int { state.withLock { $0.peak } }
    var urgencies: [JobAttempt.Urgency] { state.withLock { $0.urgencies } }

    func run(_ attempt: JobAttempt) async -> AttemptResult {
        let outcome = script(attempt)
        return await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.started.append(attempt)
                if outcome == nil { state.held[attempt.lease.token] = continuation }
                state.peak = max(state.peak, state.held.count)
                let ready = state.waiters.filter { $0.isOver(state) }.map(\.continuation)
                let after = state
                state.waiters.removeAll { $0.isOver(after) }
                return ready
            }
            for waiter in ready { waiter.resume() }
            guard outcome == nil else { return continuation.resume(returning: AttemptResult(outcome ?? .interrupted)) }
            attempt.onStop { [self] urgency in
                state.withLock { $0.urgencies.append(urgency) }
                if urgency == .kill || !ignoresStop { end(attempt.lease.token, Self.stopped) }
            }
        }
    }

    /// Suspends until so many attempts have started.
    func started(_ count: Int) async {
        await wait { $0.started.count >= count }
    }

    /// Suspends until an attempt of the job is held.
    func holds(_ id: JobID) async {
        await wait { $0.holds(id) }
    }

    private func wait(until isOver: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if isOver(state) { return true }
                state.waiters.append(Waiter(isOver: isOver, continuation: continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Ends the attempt of the job that is held now.
    func end(_ id: JobID, _ outcome: JobOutcome = .success(result: nil)) {
        let token = state.withLock { state in
            state.started.last { $0.lease.job.id == id && state.held[$0.lease.token] != nil }?.lease.token
        }
        if let token { end(token, outcome) }
    }

    private func end(_ token: AttemptToken, _ outcome: JobOutcome) {
        let continuation = state.withLock { $0.held.removeValue(forKey: token) }
        continuation?.resume(
            returning: AttemptResult(outcome, output: AttemptOutput(standardOutput: Array("out".utf8))))
    }
}
