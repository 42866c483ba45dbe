/// Runs around every attempt of a node: for logs, spans, measurements, or resources of its own.
public protocol JobMiddleware: Sendable {
    /// Calls `next` once, and may change its result. It sees the outcome as the executor saw it, before a requested stop
    /// changes it. It never throws: what goes wrong in it is an outcome too.
    func run(
        _ attempt: JobAttempt, next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
    ) async -> AttemptResult
}
