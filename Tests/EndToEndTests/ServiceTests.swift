import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("Services from outside")
struct ServiceTests {
    @Test("a crash loop ends in backing_off with readiness degraded, and the service comes back when asked")
    func crashLoop() async throws {
        let folder = try ScratchFolder(
            config: """
                services:
                  shaky:
                    exec: ["./shaky.sh"]
                    backoff: { base: 20ms, cap: 60s }
                """,
            scripts: [
                "shaky.sh": "#!/bin/sh\necho run >> runs.txt\n[ -e good ] && exec sleep 600\necho oh no >&2\nexit 3\n"
            ])
        let daemon = try await Daemon.start(in: folder)
        // Four failures within five seconds are one more than allowed: it stays at its longest backoff.
        _ = try await eventually("the backoff grows") {
            let service = try await daemon.get("/v1/services").body["data"]?[0]
            return service?["state"] == "backing_off" && service?["restarts"]?.integer == 3 ? true : nil
        }
        #expect(daemon.standardError.contains("too many restarts"))
        let ready = try await daemon.get("/readyz?verbose")
        #expect(ready.status == 503)
        #expect("\(ready.body.compactText)".contains("shaky"))
        #expect(try await daemon.get("/livez").status == 200)
        #expect(folder.read("runs.txt")?.split(separator: "\n").count == 4)
        #expect(try await daemon.cli("service", "logs", "shaky").output.contains("oh no"))

        try folder.write("good", "")
        #expect(try await daemon.cli("service", "restart", "shaky").status == 0)
        _ = try await eventually("it runs") {
            try await daemon.get("/v1/services").body["data"]?[0]?["state"] == "running" ? true : nil
        }
        _ = try await eventually("the node is ready") { try await daemon.get("/readyz").status == 200 ? true : nil }
        #expect(try await daemon.cli("service", "restart", "nothing").status == 1)
        #expect(try await daemon.stop() == 0)
    }

    @Test("a dependent service starts only when the one below answers its readiness check")
    func dependency() async throws {
        let folder = try ScratchFolder(
            config: """
                services:
                  upper: { exec: ["./upper.sh"], depends_on: [lower] }
                  lower: { exec: ["./lower.sh"], ready: { after: 300ms, within: 10s } }
                """,
            scripts: [
                "upper.sh": "#!/bin/sh\necho upper >> order.txt\nexec sleep 600\n",
                "lower.sh": "#!/bin/sh\necho lower >> order.txt\nexec sleep 600\n",
            ])
        let daemon = try await Daemon.start(in: folder)
        _ = try await eventually("both run") { folder.read("order.txt") == "lower\nupper\n" ? true : nil }
        let table = try await daemon.cli("service", "ls")
        #expect(table.output.contains("upper") && table.output.contains("lower"))
        #expect(try await daemon.stop() == 0)
    }
}
