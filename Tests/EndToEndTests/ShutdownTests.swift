import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("Stopping")
struct ShutdownTests {
    /// What ends in time has plenty of it: the machine may be busy.
    private static func config(grace: String = "60s", cancel: String = "60s") -> String {
        """
        shutdown: { grace: \(grace), cancel: \(cancel) }
        jobs:
          nap: { exec: ["./nap.sh", "{seconds}"], args: { seconds: number }, kill_after: 10s }
          deaf: { exec: ["./deaf.sh"], kill_after: 10s }
        services:
          ground: { exec: ["./service.sh", "ground"] }
          upper: { exec: ["./service.sh", "upper"], depends_on: [ground] }
        """
    }

    private static let scripts = [
        "nap.sh": "#!/bin/sh\necho $$ > nap.pid\nexec sleep \"$1\"\n",
        "deaf.sh": "#!/bin/sh\ntrap '' TERM\necho $$ > deaf.pid\nwhile :; do sleep 1; done\n",
        "service.sh":
            "#!/bin/sh\ntrap 'echo \"$1 stopped\" >> order.txt; exit 0' TERM\necho \"$1 started\" >> order.txt\nwhile :; do sleep 0.05; done\n",
    ]

    @Test("a clean stop lets a job finish in its grace, stops services in reverse order, and leaves nothing behind")
    func cleanStop() async throws {
        let folder = try ScratchFolder(config: Self.config(), scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        _ = try await eventually("both services run") {
            folder.read("order.txt")?.split(separator: "\n").count == 2 ? true : nil
        }
        let id = try await start("nap", "seconds=0.4", on: daemon, marker: "nap.pid")
        #expect(try await daemon.stop() == 0)
        #expect(!folder.exists(".mainspring/run.json"))
        // Which writes first that it started is chance.
        #expect(folder.read("order.txt")?.hasSuffix(" started\nupper stopped\nground stopped\n") == true)

        let again = try await Daemon.start(in: folder)
        let job = try await again.job(id)
        #expect(job["state"] == "completed")
        #expect(try await again.stop() == 0)
    }

    @Test("a job that outlives the grace goes back without using an attempt, and the exit is clean")
    func handedBack() async throws {
        let folder = try ScratchFolder(config: Self.config(grace: "1s"), scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        let id = try await start("nap", "seconds=60", on: daemon, marker: "nap.pid")
        let pid = try #require(
            folder.read("nap.pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
        #expect(try await daemon.stop() == 0)
        #expect(!isAlive(pid))

        try folder.writeScript("nap.sh", "#!/bin/sh\nexit 0\n")
        let again = try await Daemon.start(in: folder)
        let job = try await eventually("the job ends") {
            let job = try await again.job(id)
            return job["state"] == "completed" ? job : nil
        }
        #expect(job["attempt"] == 1)
        #expect(job["attempts"]?.array?.map { $0["outcome"] } == ["interrupted", "success"])
        #expect(job["attempts"]?.array?.map { $0["number"] } == [1, 1])
        #expect(try await again.stop() == 0)
    }

    @Test("a job that ignores TERM is killed, named, and the exit code is 124")
    func killed() async throws {
        let folder = try ScratchFolder(config: Self.config(grace: "1s", cancel: "1s"), scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        _ = try await start("deaf", on: daemon, marker: "deaf.pid")
        let pid = try #require(
            folder.read("deaf.pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
        #expect(try await daemon.stop() == 124)
        #expect(!isAlive(pid))
        #expect(daemon.standardError.contains("late at the stop"))
        #expect(daemon.standardError.contains("not cleanly: 1 job handed back; killed deaf"))
    }

    @Test("a second signal forces the end at once")
    func forced() async throws {
        let folder = try ScratchFolder(
            config: Self.config(), scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        _ = try await start("nap", "seconds=600", on: daemon, marker: "nap.pid")
        let pid = try #require(
            folder.read("nap.pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
        daemon.signal(SIGINT)
        _ = try await eventually("readiness goes false") {
            let ready = try? await daemon.get("/readyz")
            return ready?.status == 503 ? true : nil
        }
        let refused = try await daemon.cli("job", "add", "nap", "seconds=1")
        #expect(refused.status == 75)
        daemon.signal(SIGINT)
        #expect(try await daemon.waitForExit() == 124)
        #expect(!isAlive(pid))
    }

    private func start(_ kind: String, _ arguments: String..., on daemon: Daemon, marker: String) async throws -> String
    {
        let added = try await Command.run(
            Binary.path, ["job", "add", kind] + arguments + ["-o", "json"], in: daemon.folder.path,
            environment: ["MAINSPRING_URL": daemon.url])
        let id = try #require(try? JSONParser.parse(added.output)["id"]?.string, "\(added.errors)")
        _ = try await eventually("the job runs") { daemon.folder.read(marker)?.contains("\n") == true ? true : nil }
        return id
    }
}
