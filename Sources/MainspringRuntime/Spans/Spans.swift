import Tracing

/// Spans of the runtime's own work, in the tracer that the program has set up; without one they cost next to nothing.
enum Spans {
    /// `body` within a span, on the caller's actor; an error is recorded, and thrown on.
    static func run<Value>(
        _ name: String, _ attributes: @autoclosure () -> SpanAttributes, tracer: (any Tracer)? = nil,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        let tracer = tracer ?? InstrumentationSystem.tracer
        guard !(tracer is NoOpTracer) else { return try await body() }
        return try await run(name, attributes(), in: tracer, body)
    }

    private static func run<Value>(
        _ name: String, _ attributes: SpanAttributes, in tracer: some Tracer, _ body: () async throws -> Value
    ) async rethrows -> Value {
        try await tracer.withSpan(name) { span in
            span.attributes = attributes
            do {
                return try await body()
            } catch {
                span.setStatus(SpanStatus(code: .error))
                throw error
            }
        }
    }
}
