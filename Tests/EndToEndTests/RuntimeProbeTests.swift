import Foundation
import Glibc
import MainspringCore
import MainspringRuntime
import Testing

/// What the runtime promises of times, from outside. Limits are generous: tests share the machine; what was measured is
/// printed.
@Suite("The runtime's promises, from outside", .serialized)
struct RuntimeProbeTests {
    private let time = SystemTime()

    @Test("ten thousand services that end when told do not hold up the exit", .timeLimit(.minutes(2)))
    func many() async throws {
        let start = time.monotonic()
        let probe = try Example(
            "RuntimeProbe", ["many", "10000"], in: ScratchFolder(),
            environment: [
                "MAINSPRING_HTTP_BIND": "127.0.0.1:0", "MAINSPRING_STORE": "memory", "MAINSPRING_LOG_LEVEL": "warning",
            ])
        let port = try await probe.says { line in
            line.split(separator: " ").first { $0.hasPrefix("http://127.0.0.1:") }?.split(separator: ":").last
                .flatMap { Int($0) }
        }
        _ = try await eventually(within: 60, "all are ready") {
            (try? await RawHTTP.request(port: port, "GET", "/readyz"))?.status == 200 ? true : nil
        }
        let up = time.monotonic()
        probe.terminate()
        #expect(try await probe.waitForExit() == 0)
        let took = time.monotonic() - up
        // Some 100 µs for each; at its deadline, after 32 s, the node would have ended with 124.
        #expect(took < .seconds(20))
        print("10,000 services: ready \((up - start).forPeople) after the start, gone \(took.forPeople) after SIGTERM")
    }

    @Test(
        "with every thread of the pool blocked, SIGTERM reaches a child at once, and the process is gone by its deadline",
        .timeLimit(.minutes(1)))
    func blocked() async throws {
        let folder = try ScratchFolder(
            config: """
                http: { bind: "127.0.0.1:0" }
                shutdown: { grace: 1s, cancel: 1s }
                services: { sleeper: { exec: ["./sleeper.sh"] } }
                """, scripts: ["sleeper.sh": "#!/bin/sh\necho $$ > pid\nexec sleep 1000\n"])
        let probe = try Example("RuntimeProbe", ["blocked"], in: folder)
        _ = try await probe.says { $0.contains("Up in ") ? true : nil }
        let pid = try await eventually("the child runs") {
            folder.read("pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        try folder.write("block", "")
        _ = try await probe.says { $0.contains("every thread is blocked") ? true : nil }

        let asked = time.monotonic()
        probe.terminate()
        // From a thread of its own: in this process too a test may block the pool.
        let ends = await Command.onThread { [time, node = probe.pid] in
            [pid, node].map { pid in
                while isAlive(pid), time.monotonic() - asked < .seconds(30) { usleep(500) }
                return time.monotonic() - asked
            }
        }
        let (signalled, gone) = (ends[0], ends[1])
        #expect(!isAlive(pid) && signalled < .seconds(2))
        #expect(try await probe.waitForExit() == 124)
        // 1 s + 1 s, at least 5 s for services, 2 s for the rest: `ShutdownPolicy.deadline`.
        #expect(gone < .seconds(10))
        let blame = probe.said.split(separator: "\n").filter { $0.contains("late at the stop") }
        // The store cannot be closed without the pool, and is named too.
        #expect(blame.count <= 2, "\(probe.said)")
        #expect(blame.first?.contains("name=blocker") == true)
        #expect(blame.first?.contains(/declared at RuntimeProbe\/RuntimeProbe\.swift:\d+/) == true)
        print("every thread blocked: child gone \(signalled.forPeople) after SIGTERM, process \(gone.forPeople)")
    }
}
