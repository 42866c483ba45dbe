import InMemoryTracing
import MainspringCore
import MainspringJobs
import MainspringTesting
import Testing
import Tracing

@Suite("Traces of jobs", .timeLimit(.minutes(1)))
struct TracingTests {
    @Test("each attempt is a span of its own, linked to the one that enqueued it")
    func links() async throws {
        let tracer = InMemoryTracer()
        try await withTracer(tracer) {
            try await withActs { _, context in
                try tracer.withSpan("inside") { _ in
                    if context.attempt == 1 { throw Fault.plain }
                }
                return ""
            } _: { jobs, time in
                let handle = try await tracer.withSpan("order") { _ in try await jobs.client.enqueue(Act()) }
                await jobs.settled(handle.id)
                await time.timersPending(4)
                time.advance(by: .seconds(10))
                _ = try await handle.result(within: .seconds(5))
                let order = try #require(tracer.finishedSpans.first { $0.operationName == "order" })
                let runs = tracer.finishedSpans.filter { $0.operationName == "job.run" }
                #expect(runs.count == 2)
                for (number, run) in runs.enumerated() {
                    #expect(run.parentSpanID == nil)
                    #expect(run.traceID != order.traceID)
                    #expect(run.links.map(\.context.inMemorySpanContext?.spanID) == [order.spanID])
                    #expect(run.attributes["job.kind"]?.toSpanAttribute() == .string("act"))
                    #expect(run.attributes["job.attempt"]?.toSpanAttribute() == .int64(Int64(number + 1)))
                }
                #expect(runs.map(\.status?.code) == [.error, nil])
                #expect(runs.first?.status?.message == "Fault")
                let inner = tracer.finishedSpans.filter { $0.operationName == "inside" }
                #expect(inner.map(\.parentSpanID) == runs.map(\.spanID))
            }
        }
    }

    @Test("a job from outside of a trace has no link, and one with full metadata goes without")
    func none() async throws {
        let tracer = InMemoryTracer()
        try await withTracer(tracer) {
            try await withActs { jobs, _ in
                let plain = try await jobs.client.enqueue(Act())
                _ = try await plain.result(within: .seconds(5))
                let full = Dictionary(uniqueKeysWithValues: (0..<16).map { ("key-\($0)", "x") })
                let laden = try await tracer.withSpan("order") { _ in
                    try await jobs.client.enqueue(Act(), metadata: full)
                }
                _ = try await laden.result(within: .seconds(5))
                #expect(try await laden.status().metadata == full)
                #expect(tracer.finishedSpans.filter { $0.operationName == "job.run" }.map(\.links.count) == [0, 0])
            }
        }
    }
}
