import MainspringCore
public import Tracing

/// A span around each attempt, linked to the span that enqueued the job: the job may run days later, so it is no part of it.
public struct TracingMiddleware: JobMiddleware {
    private let tracer: (any Tracer)?

    /// Nil: the one that the program has set up; without one it costs next to nothing.
    public init(tracer: (any Tracer)? = nil) {
        self.tracer = tracer
    }

    public func run(
        _ attempt: JobAttempt, next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
    ) async -> AttemptResult {
        let tracer = tracer ?? InstrumentationSystem.tracer
        guard !(tracer is NoOpTracer) else { return await next(attempt) }
        return await run(attempt, in: tracer, next)
    }

    private func run(
        _ attempt: JobAttempt, in tracer: some Tracer,
        _ next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
    ) async -> AttemptResult {
        let job = attempt.lease.job
        return await tracer.withSpan("job.run", context: .topLevel, ofKind: .consumer) { span in
            span.attributes = [
                "job.id": .string(job.id.rawValue), "job.kind": .string(job.kind), "job.queue": .string(job.queue),
                "job.attempt": .int64(Int64(attempt.lease.attemptNumber)),
            ]
            if let origin = JobTrace.origin(of: job, tracer) {
                span.addLink(SpanLink(context: origin, attributes: [:]))
            }
            let result = await next(attempt)
            span.attributes["job.outcome"] = result.outcome.name.rawValue
            switch result.outcome {
            case .failure(let failure), .timeout(let failure), .discarded(let failure):
                span.setStatus(SpanStatus(code: .error, message: failure.code))
            case .success, .cancelled, .snoozed, .interrupted: break
            }
            return result
        }
    }
}
