import MainspringCore
import MainspringRuntime
import MainspringTesting
import Testing

private struct Pool: Sendable {}

@Suite("Runtimes for tests")
struct TestRuntimeTests {
    @Test("a child that lives and a resource that is open at the end are named")
    func leak() async throws {
        let leak = await #expect(throws: RuntimeLeak.self) {
            try await withTestRuntime(provided: [ProvidedResource(Pool.self) { _ in Pool() }]) { runtime in
                let group = runtime.context.group(
                    "workers", policy: SupervisionPolicy(),
                    children: [
                        runtime.context.child(ChildSpec(name: "feed", kind: .service)) { await $0.untilStopping() }
                    ])
                try runtime.supervisor.add(group)
                await runtime.events.first { event in
                    if case .service(.ready(service: "feed", after: _)) = event { true } else { false }
                }
            }
        }
        #expect(leak?.description == "children still alive: workers/feed; resources still open: Pool")
    }

    @Test("one that stops what it started is left in silence, and they share nothing")
    func clean() async throws {
        try await withTestRuntime(provided: [ProvidedResource(Pool.self) { _ in Pool() }]) { outer in
            #expect(TestRuntime.count >= 1)
            try await withTestRuntime { inner in
                try inner.supervisor.add("feed", stop: StopPolicy(timeout: .seconds(60))) { await $0.untilStopping() }
                #expect(outer.supervisor.tree().isEmpty)
                #expect(throws: MainspringError.self) { try inner.resources[Pool.self] }
                #expect(await inner.stop() == [])
            }
            #expect(await outer.stop() == [])
        }
    }
}
