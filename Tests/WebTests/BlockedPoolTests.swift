import Dispatch
import Glibc
import Logging
import MainspringCore
import MainspringRuntime
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringWeb

/// On real sockets, from threads of its own: no task of this process runs meanwhile.
@Suite("With every thread of the concurrency pool blocked", .serialized)
struct BlockedPoolTests {
    private static let probe = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    @Test(
        "probes are answered, hundreds of them on new connections, and tell what is the matter", .timeLimit(.minutes(1))
    )
    func probes() async throws {
        let node = Fixture()
        var dependencies = node.dependencies
        dependencies.time = SystemTime()
        let inspector = BeatingInspector()
        dependencies.inspector = inspector
        let server = try await WebServer.bind(Fixture.configuration, dependencies, logger: Logger(label: "test"))
        async let running: Void = server.run()
        let before = try await RawClient.with(port: server.port) { client in
            try await client.write("GET /v1/node HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return try await client.readToEnd()
        }
        #expect(before.hasPrefix("HTTP/1.1 200 "))

        let seen = await WholePool.exclusively {
            await withCheckedContinuation { (done: CheckedContinuation<Seen, Never>) in
                DispatchQueue(label: "test").async {
                    let release = blockPool()
                    inspector.begin()
                    let seen = Self.look(at: server.port, inspector)
                    release()
                    done.resume(returning: seen)
                }
            }
        }
        #expect(seen.busy.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(seen.busy.contains(/(?i)mainspring-busy: [1-9]\d*\.000\r\n/))
        #expect(seen.busy.hasSuffix("\r\n\r\nbusy\n"))
        #expect(seen.wedged.count == 200)
        #expect(seen.wedged.allSatisfy { $0.hasPrefix("HTTP/1.1 503 ") && $0.hasSuffix("wedged\n") })
        #expect(seen.wedged.allSatisfy { $0.lowercased().contains("\r\nx-content-type-options: nosniff\r\n") })
        #expect(seen.ready.hasPrefix("HTTP/1.1 503 "))
        #expect(seen.foreign.hasPrefix("HTTP/1.1 421 "))
        #expect(seen.head.contains("\r\nContent-Length: 7\r\n") && seen.head.hasSuffix("\r\n\r\n"))

        // The pool lives again, and so does everything else.
        let after = try await RawClient.with(port: server.port) { client in
            try await client.write("GET /v1/node HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return try await client.readToEnd()
        }
        #expect(after.hasPrefix("HTTP/1.1 200 "))
        server.shutdown()
        await running
    }

    private struct Seen: Sendable {
        var busy = ""
        var wedged: [String] = []
        var ready = ""
        var foreign = ""
        var head = ""
    }

    private static func look(at port: Int, _ inspector: BeatingInspector) -> Seen {
        func ask(_ request: String) -> String {
            guard let socket = PlainSocket(port: port) else { return "" }
            socket.write(request)
            return socket.read()
        }
        var seen = Seen()
        while inspector.liveness().state == .working { inspector.time.advance(by: .seconds(1)) }
        seen.busy = ask(probe)
        inspector.time.advance(by: .seconds(10))
        // Requests that nobody can answer now are not in the way.
        let stuck = PlainSocket(port: port)
        stuck?.write("GET /v1/node HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in 0..<200 { seen.wedged.append(ask(probe)) }
        seen.ready = ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        seen.foreign = ask("GET /livez HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        seen.head = ask("HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return seen
    }
}

/// The heart's word, as a node would give it.
private final class BeatingInspector: NodeInspector {
    let node = "test-1"
    let startedAt = Timestamp(microseconds: 1_767_222_000_000_000)
    let time = ManualTime()
    private let heart = Mutex<PoolHeart?>(nil)

    func begin() {
        // It beats in real time, and takes no beat for late.
        let policy = HeartPolicy(interval: .milliseconds(10), tolerance: .seconds(1_000_000))
        heart.withLock { $0 = PoolHeart(policy: policy, time: time) }
    }

    func phase() -> NodePhase { .running }
    func liveness() -> LivenessReport { heart.withLock { $0?.liveness() } ?? LivenessReport() }

    func readiness() -> ReadinessReport {
        ReadinessReport(checks: [ReadinessReport.Check(name: "pool", isOK: liveness().state != .wedged)])
    }
}

/// Occupies every thread that a task of any priority can get, until the closure is called.
private func blockPool() -> @Sendable () -> Void {
    let priorities: [TaskPriority] = [.high, .medium, .low, .background]
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN)) * priorities.count
    let blocked = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)
    for index in 0..<count {
        Task.detached(priority: priorities[index % priorities.count]) { block(blocked, until: release) }
    }
    for _ in 0..<count { blocked.wait() }
    return { for _ in 0..<count { release.signal() } }
}

private func block(_ blocked: DispatchSemaphore, until release: DispatchSemaphore) {
    blocked.signal()
    release.wait()
}
