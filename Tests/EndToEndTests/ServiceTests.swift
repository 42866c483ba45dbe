import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("Services from outside")
struct ServiceTests {
    @Test("too many restarts end the node with 1, or leave it running and not ready, as declared")
    func exhausted() async throws {
        func folder(_ policy: String) throws -> ScratchFolder {
            try ScratchFolder(
                config: """
                    supervision: { on_exhausted: \(policy), max_restarts: 2, within: 1m }
                    services:
                      bad: { exec: ["false"], backoff: { base: 50ms, cap: 50ms } }
                      good: { exec: [sleep, "600"] }
                    """)
        }
        let escalating = try await Daemon.start(in: folder("escalate"))
        #expect(try await escalating.waitForExit() == 1)
        #expect(escalating.standardError.contains("3 restarts within 1m"))

        let failing = try await Daemon.start(in: folder("fail"))
        let services = try await eventually("all is stopped") {
            let services = try await failing.get("/v1/services").body["data"]?.array ?? []
            return services.contains { $0["state"] == "stopped" } ? services : nil
        }
        #expect(services.compactMap { $0["state"]?.string } == ["failed", "stopped"])
        #expect(services[0]["detail"]?.string?.contains("has given up (3 restarts within 1m") == true)
        #expect(try await failing.get("/readyz").status == 503)
        #expect(try await failing.stop() == 0)
    }

    @Test("groups and loops run, a changed file is taken over by HUP, and a broken one changes nothing")
    func treeAndReload() async throws {
        let config = """
            supervision: { groups: { pair: { strategy: one-for-all, services: [feed, bot] } } }
            services:
              feed: { exec: [sleep, "600"], backoff: { base: 20ms } }
              bot: { exec: [sleep, "600"], depends_on: [feed], backoff: { base: 20ms } }
              lone: { exec: [sleep, "600"] }
            loops:
              beat: { exec: [sh, -c, "echo beat"], every: 100ms, timeout: 5s }
            """
        let folder = try ScratchFolder(config: config)
        let daemon = try await Daemon.start(in: folder)
        _ = try await eventually("the loop beats") {
            try await daemon.get("/v1/services/beat/logs").body["data"]?[2]?.string == "beat" ? true : nil
        }
        let tree = try await daemon.cli("tree").output
        #expect(tree.contains("├─ feed") && tree.contains("└─ bot") && tree.contains("beat"))

        // One for all: the death of one takes the other along, and leaves the rest alone.
        let before = try await daemon.pids()
        Glibc.kill(try #require(before["bot"]), SIGKILL)
        let after = try await eventually("both are new") {
            let pids = try await daemon.pids()
            return pids.count == 3 && pids["bot"] != before["bot"] && pids["feed"] != before["feed"] ? pids : nil
        }
        #expect(after["lone"] == before["lone"])

        let file = try #require(folder.read("mainspring.yaml"))
        try folder.write("mainspring.yaml", file + "\nserviecs: {}\n")
        daemon.signal(SIGHUP)
        _ = try await daemon.line { $0.contains("nothing was changed") ? true : nil }
        #expect(try await daemon.pids() == after)

        let changed = file.replacingOccurrences(of: "lone:", with: "other:")
        try folder.write("mainspring.yaml", changed)
        daemon.signal(SIGHUP)
        _ = try await eventually("the new service runs") { try await daemon.pids()["other"] }
        let services = try await daemon.pids()
        #expect(services["lone"] == nil && services["feed"] == after["feed"])
        #expect(try await daemon.line { $0.contains("+ services.other") ? true : nil })

        let rehearsal = try await daemon.cli("node", "stop", "--dry-run")
        #expect(rehearsal.status == 0 && rehearsal.output.contains("would be gone within"))
        #expect(try await daemon.cli("node", "stop").status == 0)
        #expect(try await daemon.waitForExit() == 0)
    }

    @Test("a crash loop ends in backing_off with readiness degraded, and the service comes back when asked")
    func crashLoop() async throws {
        let folder = try ScratchFolder(
            config: """
                supervision: { within: 1m }
                services:
                  shaky:
                    exec: ["./shaky.sh"]
                    backoff: { base: 20ms, cap: 1h }
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
        let port = try #require(DeafPort())
        let folder = try ScratchFolder(
            config: """
                services:
                  upper: { exec: ["./upper.sh"], depends_on: [lower] }
                  lower: { exec: ["./lower.sh"], ready: { tcp: "127.0.0.1:\(port.number)", within: 60s } }
                """,
            scripts: [
                "upper.sh": "#!/bin/sh\necho upper >> order.txt\nexec sleep 600\n",
                "lower.sh": "#!/bin/sh\necho lower >> order.txt\nexec sleep 600\n",
            ])
        let daemon = try await Daemon.start(in: folder)
        _ = try await eventually("the one below runs") { folder.read("order.txt") == "lower\n" ? true : nil }
        #expect(try await daemon.pids()["upper"] == nil)
        port.listen()
        _ = try await eventually("both run") { folder.read("order.txt") == "lower\nupper\n" ? true : nil }
        let table = try await daemon.cli("service", "ls")
        #expect(table.output.contains("upper") && table.output.contains("lower"))
        #expect(try await daemon.stop() == 0)
    }
}

extension Daemon {
    /// Of the services that have a process.
    fileprivate func pids() async throws -> [String: Int32] {
        let services = try await get("/v1/services").body["data"]?.array ?? []
        return Dictionary(
            services.compactMap { service in
                guard let name = service["name"]?.string, let pid = service["pid"]?.integer else { return nil }
                return (name, Int32(pid))
            }, uniquingKeysWith: { $1 })
    }
}
