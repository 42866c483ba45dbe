import Foundation
import MainspringCore
import MainspringTesting
import Testing

/// The built binary, a real server, and real outages.
@Suite("Jobs in Redis", .serialized)
struct RedisTests {
    private func config(_ redis: TestRedis, more: String = "") -> String {
        """
        store:
          url: "redis+unix://\(redis.socket)"
          \(more)
        jobs:
          note: { exec: ["./note.sh", "{text}"], args: { text: string } }
          slow: { exec: ["./slow.sh"] }
        shutdown: { grace: 2s, cancel: 2s }
        """
    }

    private static let durable = options { $0.appendOnly = .always }
    private static let locked = options { $0.password = "s3cret" }
    private static let evicting = options { $0.evictionPolicy = "allkeys-lru" }

    private static func options(_ change: (inout TestRedisOptions) -> Void) -> TestRedisOptions {
        var options = TestRedisOptions()
        change(&options)
        return options
    }

    private static let scripts = [
        "note.sh": "#!/bin/sh\necho \"$1\" >> notes.txt\n",
        "slow.sh": "#!/bin/sh\necho begun >> slow.txt\nuntil [ -e go ]; do sleep 0.05; done\n",
    ]

    private func folder(_ redis: TestRedis, more: String = "") throws -> ScratchFolder {
        try ScratchFolder(config: config(redis, more: more), scripts: Self.scripts)
    }

    private func state(_ daemon: Daemon) async throws -> String? {
        try await daemon.get("/v1/node").body["failover"]?["state"]?.string
    }

    private func notes(_ folder: ScratchFolder) -> [String] {
        (folder.read("notes.txt") ?? "").split(separator: "\n").map(String.init)
    }

    @Test("what is enqueued while Redis is dead runs once it is back, and what ran meanwhile is settled")
    func outage() async throws {
        let redis = try await TestRedis.start(Self.durable)
        let folder = try folder(redis)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("note", "text=before")["state"] == "completed")
        #expect(try await daemon.cli("job", "add", "slow", "--id", "slow").status == 0)
        _ = try await eventually("the slow job began") { folder.read("slow.txt") }
        await redis.kill()
        for number in 0..<20 {
            let added = try await daemon.cli("job", "add", "note", "text=\(number)", "--id", "away-\(number)")
            #expect(added.status == 0, "\(added)")
        }
        #expect(try await state(daemon) == "spooling")
        let ready = try await daemon.get("/readyz?verbose")
        #expect(ready.status == 200)
        #expect(
            ready.body["checks"]?.array?.first { $0["name"] == "store" }?["detail"]?.string?.contains("spooling")
                == true)
        #expect(try await daemon.cli("node", "ls").output.contains("spooling"))
        let page = try await RawHTTP.request(port: daemon.port, "GET", "/")
        #expect(page.body.contains("Spooling since") && page.body.contains("20 jobs"))
        let metrics = try await RawHTTP.request(port: daemon.port, "GET", "/metrics").body
        #expect(metrics.contains("mainspring_failover_state 1\n") && metrics.contains("mainspring_spool_jobs 20\n"))
        #expect(notes(folder) == ["before"])
        try folder.write("go", "")
        try await redis.restart()
        for number in 0..<20 {
            let waited = try await daemon.cli("job", "wait", "away-\(number)", "--timeout", "30s")
            #expect(waited.status == 0, "\(waited)")
        }
        #expect(notes(folder).count == 21 && Set(notes(folder)).count == 21)
        #expect(try await daemon.cli("job", "wait", "slow", "--timeout", "30s").status == 0)
        #expect(try await daemon.job("slow")["attempts"]?.array?.count == 1, "its end was kept, and it ran once")
        try await eventually("the node is back") { try await state(daemon) == "primary" ? () : nil }
        #expect(try await daemon.stop() == 0)
        #expect(daemon.standardError.contains("The store is away"))
    }

    @Test("a node starts while Redis is away, survives a kill with its spool, and brings all to Redis")
    func startsAway() async throws {
        let redis = try await TestRedis.start(Self.durable)
        let folder = try folder(redis)
        await redis.kill()
        let first = try await Daemon.start(in: folder)
        #expect(try await first.cli("job", "add", "note", "text=one", "--id", "one").status == 0)
        #expect(try await state(first) == "spooling")
        try await first.killHard()
        let second = try await Daemon.start(in: folder)
        #expect(try await second.cli("job", "add", "note", "text=two", "--id", "two").status == 0)
        #expect(try await second.get("/v1/node").body["failover"]?["spool"]?["jobs"] == 2)
        try await redis.restart()
        for id in ["one", "two"] {
            let waited = try await second.cli("job", "wait", id, "--timeout", "40s")
            #expect(waited.status == 0, "\(waited) \(second.standardError)")
        }
        #expect(notes(folder).sorted() == ["one", "two"])
        #expect(try await second.stop() == 0)
    }

    @Test("a drill on the live node passes, and leaves it as it was")
    func drill() async throws {
        let redis = try await TestRedis.start()
        for more in ["", "while_away: run"] {
            let folder = try folder(redis, more: more)
            let daemon = try await Daemon.start(in: folder)
            let drill = try await daemon.cli("drill", "failover", "--for", "500ms")
            #expect(drill.status == 0, "\(drill.output)\(drill.errors)\(daemon.standardError)")
            #expect(!drill.output.contains("FAIL") && drill.output.contains("none was lost"))
            #expect(try await state(daemon) == "primary")
            #expect(try await daemon.runJob("note", "text=after")["state"] == "completed")
            #expect(try await daemon.stop() == 0)
        }
    }

    /// Rows of a drill's table that failed.
    private func failures(_ drill: CommandResult) -> [String] {
        drill.output.split(separator: "\n").filter { $0.hasPrefix("FAIL") }.map(String.init)
    }

    @Test("a drill on a node whose spool is too small fails, and names the promise that does not hold")
    func drillWithSmallSpool() async throws {
        let redis = try await TestRedis.start()
        let folder = try folder(redis, more: "spool: { limit: 5 }")
        let daemon = try await Daemon.start(in: folder)
        let drill = try await daemon.cli("drill", "failover", "--for", "500ms")
        #expect(drill.status == 1, "\(drill)")
        let failures = failures(drill)
        #expect(failures.count == 1 && failures[0].contains("every job was taken in"), "\(drill.output)")
        #expect(failures.first?.contains("spool") == true, "\(drill.output)")
        #expect(drill.output.contains("5 of 5 completed"))
        let asked = try await RawHTTP.request(
            port: daemon.port, "POST", "/v1/drills/failover", body: #"{"for_seconds": 0.5}"#)
        #expect(asked.status == 200 && asked.body.contains(#""passed":false"#), "\(asked)")
        #expect(try await daemon.stop() == 0)
    }

    @Test("a drill whose server does not come back fails within its time; what it added is kept, and runs later")
    func drillWithoutReturn() async throws {
        let redis = try await TestRedis.start(Self.durable)
        let folder = try folder(redis)
        let daemon = try await Daemon.start(in: folder)
        async let drilled = daemon.cli("drill", "failover", "--for", "3s")
        try await eventually("the drill began") { try await state(daemon) == "spooling" ? () : nil }
        redis.stop()
        let drill = try await drilled
        #expect(drill.status == 1, "\(drill)")
        let failures = failures(drill).joined(separator: "\n")
        #expect(failures.contains("the node came back to its store") && failures.contains("it is spooling"))
        #expect(failures.contains("none was lost: all have run") && failures.contains(" 0 of "))
        #expect(failures.contains("in order") && failures.contains("the store does not tell"))
        #expect(drill.output.contains("pass") && drill.output.contains("every job was taken in"), "\(drill.output)")
        let refused = try await daemon.cli("drill", "failover", "--for", "1s")
        #expect(refused.status == 1 && refused.errors.contains("away by itself"), "\(refused)")
        redis.proceed()
        let added = try #require(drill.output.firstMatch(of: /0 of (\d+) completed/).flatMap { Int($0.1) })
        #expect(added > 0)
        try await eventually("all \(added) jobs of the failed drill have run") {
            let jobs = try await daemon.get("/v1/jobs?q=kind:mainspring.drill%20state:completed&limit=1000").body
            return jobs["data"]?.array?.count == added ? () : nil
        }
        let again = try await daemon.cli("drill", "failover", "--for", "200ms")
        #expect(again.status == 0, "\(again)")
        #expect(try await daemon.stop() == 0)
    }

    @Test("jobs move from SQLite to Redis and back, and are refused while a node runs")
    func move() async throws {
        let redis = try await TestRedis.start()
        let folder = try folder(redis)
        try folder.write(
            "sqlite.yaml",
            "store: sqlite:a.db\njobs: { note: { exec: [./note.sh, '{text}'], args: { text: string } } }\n")
        let old = try await Daemon.start(in: folder, arguments: ["sqlite.yaml"])
        #expect(try await old.runJob("note", "text=done", "--id", "done")["state"] == "completed")
        for number in 0..<250 {
            #expect(try await old.cli("job", "add", "note", "text=x", "--in", "1h", "--id", "w\(number)").status == 0)
            if number == 20 { break }
        }
        _ = try await old.cli("queue", "pause", "default")
        let busy = try await old.cli("store", "move", "a.db", "mainspring.yaml")
        #expect(busy.status == 75 && busy.errors.contains("uses the sqlite store"), "\(busy)")
        #expect(try await old.stop() == 0)
        let there = try await old.cli("store", "move", "a.db", "mainspring.yaml")
        #expect(there.status == 0 && there.output.contains("22 jobs moved, of 22."), "\(there)")
        let again = try await old.cli("store", "move", "a.db", "mainspring.yaml")
        #expect(again.output.contains("0 jobs moved, of 22.") && again.output.contains("22 jobs had arrived before"))
        let new = try await Daemon.start(in: folder)
        #expect(try await new.job("done")["state"] == "completed")
        #expect(try await new.job("done")["attempts"]?.array?.count == 1)
        #expect(try await new.job("w3")["state"] == "scheduled")
        #expect(try await new.cli("queue", "ls").output.contains("paused"))
        #expect(try await new.stop() == 0)
        let back = try await new.cli("store", "move", "redis+unix://\(redis.socket)", "b.db", "--remove")
        #expect(back.status == 0 && back.output.contains("22 jobs moved, of 22."), "\(back)")
        #expect(try await redis.cli("DBSIZE").contains("0"))
        #expect(folder.exists("a.db") && folder.exists("b.db"))
    }

    @Test("what is no store for jobs is refused at the start, with a reason and without the password")
    func refused() async throws {
        let locked = try await TestRedis.start(Self.locked)
        let evicting = try await TestRedis.start(Self.evicting)
        let wrong = try ScratchFolder(
            config: "store: { url: 'redis+unix://\(locked.socket)', password: n0tthis }\n")
        let denied = try await Daemon.refused(in: wrong)
        #expect(denied.status == 77 && denied.errors.contains("refuses the login"), "\(denied)")
        #expect(!denied.errors.contains("n0tthis"))
        let policy = try await Daemon.refused(in: try folder(evicting))
        #expect(policy.status == 77 && policy.errors.contains("noeviction"), "\(policy)")
        try wrong.write("secret", "s3cret\n")
        try wrong.write("mainspring.yaml", "store: { url: 'redis+unix://\(locked.socket)', password_file: secret }\n")
        let daemon = try await Daemon.start(in: wrong)
        #expect(!(try await daemon.cli("config", "show").output.contains("s3cret")))
        #expect(!daemon.standardError.contains("s3cret"))
        #expect(try await daemon.stop() == 0)
    }
}
