public import MainspringCore

/// Runs attempts of one kind: a command, an HTTP call, or Swift code.
public protocol JobExecutor: Sendable {
    /// Runs one attempt to its end; whatever it started must be gone when this returns.
    ///
    /// It never throws: what goes wrong is an outcome. When a stop is requested (``JobAttempt/onStop(_:)``) it ends soon; its
    /// outcome then matters only if it is a success.
    func run(_ attempt: JobAttempt) async -> AttemptResult
}

public struct AttemptResult: Sendable, Equatable {
    public var outcome: JobOutcome
    public var output: AttemptOutput
    /// After a failure: goes before the delay of the kind's retry policy.
    public var retryAfter: Duration?

    public init(_ outcome: JobOutcome, output: AttemptOutput = AttemptOutput(), retryAfter: Duration? = nil) {
        self.outcome = outcome
        self.output = output
        self.retryAfter = retryAfter
    }
}
