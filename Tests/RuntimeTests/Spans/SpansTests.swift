import InMemoryTracing
import Testing
import Tracing

@testable import MainspringRuntime

@Suite("Spans")
struct SpansTests {
    struct Failed: Error {}

    @Test("work is wrapped in a span with its attributes, below the one around it")
    func attributes() async {
        let tracer = InMemoryTracer()
        await Spans.run("outer", [:], tracer: tracer) {
            await Spans.run("inner", ["loop.name": "positions"], tracer: tracer) {}
        }
        let spans = tracer.finishedSpans
        #expect(spans.map(\.operationName) == ["inner", "outer"])
        #expect(spans.first?.attributes["loop.name"]?.toSpanAttribute() == .string("positions"))
        #expect(spans.first?.parentSpanID == spans.last?.spanID)
    }

    @Test("an error is recorded, marks the span, and goes on")
    func errors() async {
        let tracer = InMemoryTracer()
        await #expect(throws: Failed.self) { try await Spans.run("work", [:], tracer: tracer) { throw Failed() } }
        #expect(tracer.finishedSpans.first?.errors.first?.error is Failed)
        #expect(tracer.finishedSpans.first?.status?.code == .error)
    }

    @Test("the tracer of the program is used when none is given")
    func ambient() async {
        let tracer = InMemoryTracer()
        await withTracer(tracer) { await Spans.run("work", [:]) {} }
        #expect(tracer.finishedSpans.map(\.operationName) == ["work"])
    }

    @Test("work stays on the caller's actor", arguments: [false, true])
    @MainActor func isolation(traced: Bool) async {
        let tracer: any Tracer = traced ? InMemoryTracer() : NoOpTracer()
        await Spans.run("work", [:], tracer: tracer) { MainActor.assertIsolated() }
        MainActor.assertIsolated()
    }
}
