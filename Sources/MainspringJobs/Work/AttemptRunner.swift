import MainspringCore

/// Runs the attempts of one kind: the executor inside the middleware, within the kind's timeout, silence and the job's deadline,
/// and what a requested stop makes of their outcomes.
final class AttemptRunner: Sendable {
    let kind: JobKind
    private let middleware: [any JobMiddleware]
    private let time: any TimeSource
    private let timeouts: TimeoutWatch
    private let abandon: @Sendable (JobAttempt, AttemptRunner) -> Void

    /// `abandon` is called when an attempt was told to end and took longer than the kind's patience.
    init(
        kind: JobKind, middleware: [any JobMiddleware], time: any TimeSource, timeouts: TimeoutWatch,
        abandon: @escaping @Sendable (JobAttempt, AttemptRunner) -> Void
    ) {
        self.kind = kind
        self.middleware = middleware
        self.time = time
        self.timeouts = timeouts
        self.abandon = abandon
    }

    /// Returns when the executor has; nil when the attempt's end was written without it.
    func run(_ attempt: JobAttempt) async -> AttemptResult? {
        var result = await result(of: attempt)
        let (stopReason, isMine) = attempt.finish()
        guard isMine else { return nil }
        result.outcome = outcome(result.outcome, stopReason: stopReason)
        return result
    }

    private func result(of attempt: JobAttempt) async -> AttemptResult {
        // Asked to end before it began, for instance claimed while the node became quiet: it never runs.
        guard attempt.stopReason == nil else { return AttemptResult(.interrupted) }
        let left = attempt.lease.job.deadline.map { $0 - attempt.startedAt }
        if let left, left <= .zero { return AttemptResult(.discarded(Self.tooLate)) }
        let isCutByDeadline = left.map { $0 < kind.timeout } ?? false
        let place = timeouts.began(
            attempt, limit: isCutByDeadline ? left ?? kind.timeout : kind.timeout,
            reason: isCutByDeadline ? .deadline : .timeout)
        let watch = kind.silence.map { SilenceWatch(attempt, limit: $0, time: time) }
        if let patience = kind.patience {
            attempt.whenStopped { [self] in
                attempt.keep(time.schedule(after: patience) { [self] in abandon(attempt, self) })
            }
        }
        let result = await run(attempt, from: 0)
        timeouts.ended(attempt, at: place)
        watch?.cancel()
        return result
    }

    private func run(_ attempt: JobAttempt, from index: Int) async -> AttemptResult {
        guard index < middleware.count else { return await kind.executor.run(attempt) }
        return await middleware[index].run(attempt) { await run($0, from: index + 1) }
    }

    private static let tooLate = JobFailure(code: "deadline", message: "its deadline was over before it could start")

    /// What the outcome is once a stop was asked for.
    func outcome(_ outcome: JobOutcome, stopReason: JobAttempt.StopReason?) -> JobOutcome {
        guard let stopReason, outcome.name != .success else { return outcome }
        switch stopReason {
        case .timeout:
            return .timeout(failure("timeout", "ran longer than its timeout of \(kind.timeout.text)", outcome))
        case .silent:
            let limit = kind.silence?.text ?? "none"
            return .timeout(failure("silent", "gave no sign of life for its limit of \(limit)", outcome))
        case .deadline: return .discarded(failure("deadline", "its deadline came while it ran", outcome))
        case .cancelRequested: return .cancelled
        case .shutdown, .leaseLost: return .interrupted
        }
    }

    private func failure(_ code: String, _ message: String, _ outcome: JobOutcome) -> JobFailure {
        var failure = JobFailure(code: code, message: message)
        if case .failure(let cause) = outcome { failure.detail = cause.detail }
        return failure
    }
}
