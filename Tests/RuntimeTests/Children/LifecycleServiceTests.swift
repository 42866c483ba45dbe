import MainspringCore
import MainspringRuntime
import MainspringTesting
import ServiceLifecycle
import Testing

/// A service as swift-service-lifecycle knows them.
private struct Waiting: Service {
    let started = Signal()
    let wasAsked = Signal()
    var ends = true

    func run() async throws {
        await withGracefulShutdownHandler {
            started.notify()
            if ends {
                try? await gracefulShutdown()
            } else {
                try? await SystemTime().sleep(for: .seconds(3600))
            }
        } onGracefulShutdown: {
            wasAsked.notify()
        }
    }
}

@Suite("Services of swift-service-lifecycle")
struct LifecycleServiceTests {
    private func spec(_ stop: StopPolicy) -> ChildSpec { ChildSpec(name: "web", kind: .service, stop: stop) }

    @Test("a stop is its graceful shutdown")
    func graceful() async throws {
        let service = Waiting()
        try await withTestRuntime { runtime in
            try runtime.supervisor.add(
                runtime.context.child(spec(StopPolicy(timeout: .seconds(60), drain: .seconds(30))), service: service))
            await service.started.wait()
            #expect(await runtime.stop(within: .seconds(60)) == [])
            #expect(service.wasAsked.isReached)
        }
    }

    @Test("one that goes on after its graceful shutdown is cancelled when its time to drain is over")
    func cancelled() async throws {
        let service = Waiting(ends: false)
        let time = ManualTime()
        try await withTestRuntime(time: time) { runtime in
            try runtime.supervisor.add(
                runtime.context.child(spec(StopPolicy(timeout: .seconds(9), drain: .seconds(4))), service: service))
            await service.started.wait()
            async let late = runtime.stop(within: .seconds(60))
            await service.wasAsked.wait()
            await time.timersPending(2)
            time.advance(by: .seconds(4))
            #expect(await late == [])
        }
    }

    @Test("one that returns by itself is started again by its policy")
    func restarts() async throws {
        try await withTestRuntime { runtime in
            let spec = ChildSpec(
                name: "brief", kind: .service, backoff: RestartBackoff(base: .milliseconds(1), cap: .milliseconds(1)))
            try runtime.supervisor.add(runtime.context.child(spec, service: Brief()))
            await runtime.events.first { $0 == .service(.restarting(service: "brief", reason: .exit)) }
            await runtime.stop()
        }
    }
}

private struct Brief: Service {
    func run() async throws {}
}
