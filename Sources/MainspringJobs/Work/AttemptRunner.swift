import MainspringCore

/// Runs one attempt: the executor within the kind's timeout, and what a requested stop makes of its outcome.
struct AttemptRunner {
    let kind: JobKind
    let time: any TimeSource

    func run(_ attempt: JobAttempt) async -> AttemptResult {
        // Asked to end before it began, for instance claimed while the node became quiet: it never runs.
        if let reason = attempt.stopReason { return AttemptResult(outcome(.interrupted, stopReason: reason)) }
        let timer = time.schedule(after: kind.timeout) { attempt.stop(.timeout) }
        defer { timer.cancel() }
        var result = await kind.executor.run(attempt)
        attempt.hasEnded()
        result.outcome = outcome(result.outcome, stopReason: attempt.stopReason)
        return result
    }

    private func outcome(_ outcome: JobOutcome, stopReason: JobAttempt.StopReason?) -> JobOutcome {
        guard let stopReason, outcome.name != .success else { return outcome }
        switch stopReason {
        case .timeout:
            var failure = JobFailure(code: "timeout", message: "ran longer than its timeout of \(kind.timeout.text)")
            if case .failure(let cause) = outcome { failure.detail = cause.detail }
            return .timeout(failure)
        case .cancelRequested: return .cancelled
        case .shutdown, .leaseLost: return .interrupted
        }
    }
}
