import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringTesting
import Testing

@Suite("A job in a test, without a node")
struct PerformTests {
    @Test("runs once with the resources of the test, and throws what it throws")
    func perform() async throws {
        let script = ProvidedResource(Act.Script.self) { _ in
            Act.Script { act, context in
                if act.name == "bad" { throw Fault.plain }
                return "\(act.name) \(context.attempt)/\(context.maxAttempts) \(context.metadata["x"] ?? "")"
            }
        }
        try await withTestRuntime(provided: [script]) { runtime in
            let text = try await runtime.perform(Act(name: "ok"), attempt: 2, metadata: ["x": "y"])
            #expect(text == "ok 2/2 y")
            await #expect(throws: Fault.plain) { try await runtime.perform(Act(name: "bad")) }
            await runtime.stop()
        }
    }
}
