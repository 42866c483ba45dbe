import Glibc
import MainspringCore
import MainspringRuntime
import Testing

@Suite("Two nodes on one store", .serialized)
struct NodePairTests {
    /// Two nodes of one configuration, each with its own state folder; a job waits until the file `go` is there.
    private struct Pair {
        let folder: ScratchFolder
        let a: Daemon
        let b: Daemon

        static func start() async throws -> Pair {
            let folder = try ScratchFolder(
                config: """
                    node: ${NODE}
                    store: sqlite:shared.db
                    queues: { default: { workers: 2 } }
                    jobs:
                      nap: { exec: ["./nap.sh"], kill_after: 1s }
                      quick: { exec: ["true"] }
                    """, scripts: ["nap.sh": "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\n"])
            let a = try await start("a", in: folder)
            let b = try await start("b", in: folder)
            let pair = Pair(folder: folder, a: a, b: b)
            _ = try await eventually("both know each other") {
                let counts = [try await pair.nodes(from: a).count, try await pair.nodes(from: b).count]
                return counts == [2, 2] ? true : nil
            }
            return pair
        }

        private static func start(_ name: String, in folder: ScratchFolder) async throws -> Daemon {
            try await Daemon.start(in: folder, arguments: ["--state", name], environment: ["NODE": name])
        }

        func nodes(from daemon: Daemon) async throws -> [JSONValue] {
            try await daemon.get("/v1/nodes").body["data"]?.array ?? []
        }

        func node(_ name: String, from daemon: Daemon) async throws -> JSONValue? {
            try await nodes(from: daemon).first { $0["name"]?.string == name }
        }

        /// Adds jobs at `a`, and waits until so many run, in all.
        func nap(_ count: Int) async throws -> [JSONValue] {
            let body = JSONValue.array(Array(repeating: ["kind": "nap"], count: count)).compactText
            #expect(try await RawHTTP.request(port: a.port, "POST", "/v1/jobs", body: body).status == 201)
            return try await eventually("\(count) jobs run") { () -> [JSONValue]? in
                let running = try await a.get("/v1/jobs?q=state:running").body["data"]?.array ?? []
                return running.count == count ? running : nil
            }
        }

        func letGo() throws { try folder.write("go", "") }

        func stop() async throws {
            #expect(try await a.stop() == 0)
            #expect(try await b.stop() == 0)
        }
    }

    @Test("they share the jobs; each lists both, and exactly one leads")
    func share() async throws {
        let pair = try await Pair.start()
        let running = try await pair.nap(4)
        #expect(running.compactMap { $0["node"]?.string }.sorted() == ["a", "a", "b", "b"])
        for daemon in [pair.a, pair.b] {
            let nodes = try await pair.nodes(from: daemon)
            #expect(nodes.map { $0["name"] } == ["a", "b"])
            #expect(nodes.count { $0["leader"] == true } == 1)
            #expect(nodes.map { $0["url"]?.string } == [pair.a.url, pair.b.url])
            #expect(nodes.map { $0["pid"]?.integer } == [Int64(pair.a.pid), Int64(pair.b.pid)])
            #expect(nodes.allSatisfy { $0["host"]?.string?.isEmpty == false })
            let metrics = try await RawHTTP.request(port: daemon.port, "GET", "/metrics").body
            #expect(metrics.contains("mainspring_nodes 2"))
        }
        let listed = try await pair.b.cli("node", "ls")
        #expect(listed.output.split(separator: "\n").count == 3)
        #expect(listed.output.contains("leader"))
        let page = try await RawHTTP.request(port: pair.a.port, "GET", "/").body
        #expect(page.contains("id=\"nodes\"") && page.contains("\(pair.b.url)/"))
        try pair.letGo()
        _ = try await eventually("all are done, wherever one looks") {
            let jobs = try await pair.b.get("/v1/jobs").body["data"]?.array ?? []
            return jobs.count == 4 && jobs.allSatisfy { $0["state"] == "completed" } ? true : nil
        }
        try await pair.stop()
    }

    @Test("a wait at one node ends when the job has ended at the other")
    func wait() async throws {
        let pair = try await Pair.start()
        let far = try #require(try await pair.nap(4).first { $0["node"] == "b" }?["id"]?.string)
        let waiter = Task { try await pair.a.cli("job", "wait", far, "--timeout", "60s") }
        _ = try await eventually("the wait began") { () -> Bool? in
            let answer = try await pair.a.get("/v1/jobs/\(far)?wait=200ms").body
            return answer["state"] == "running" ? true : nil
        }
        let took = try await timed {
            try pair.letGo()
            #expect(try await waiter.value.status == 0)
        }
        #expect(took < .seconds(2), "\(took.forPeople) from the end of the job to the end of the wait")
        try await pair.stop()
    }

    @Test("a drained node takes no more jobs, what runs there goes on, and the other takes what comes")
    func drain() async throws {
        let pair = try await Pair.start()
        let running = try await pair.nap(4)
        // By its name, asked at the other.
        #expect(try await pair.a.cli("node", "drain", "b").status == 0)
        // Sooner than by its next beat, which comes every two seconds.
        let took = try await timed {
            _ = try await eventually("b drains") { () -> Bool? in
                try await pair.node("b", from: pair.a)?["draining"] == true ? true : nil
            }
        }
        #expect(took < .seconds(1), "\(took.forPeople) from the answer to the drain")
        #expect(try await pair.b.get("/v1/node").body["draining"] == true)
        #expect(try await pair.b.get("/readyz").status == 503)
        #expect(try await pair.a.get("/readyz").status == 200)
        #expect(try await pair.node("a", from: pair.b)?["leader"] == true)
        for job in running {
            #expect(try await pair.a.job(job["id"]?.string ?? "")["state"] == "running")
        }
        try pair.letGo()
        _ = try await eventually("what ran there has ended") { () -> Bool? in
            let ids = running.compactMap { $0["id"]?.string }
            for id in ids where try await pair.a.job(id)["state"] != "completed" { return nil }
            return true
        }
        for _ in 0..<6 {
            // Taken in at the drained node, run at the other.
            let answer = try await RawHTTP.request(
                port: pair.b.port, "POST", "/v1/jobs?wait=20s", body: #"{"kind":"quick"}"#)
            let job = try JSONParser.parse(answer.body)
            #expect(job["attempts"]?[0]?["node"] == "a")
        }
        #expect(try await pair.b.cli("node", "resume").status == 0)
        _ = try await eventually("b is back") { () -> Bool? in
            try await pair.node("b", from: pair.a)?["draining"] == false ? true : nil
        }
        #expect(try await pair.b.get("/readyz").status == 200)
        #expect(try await pair.a.cli("node", "drain", "c").status == 1)
        try await pair.stop()
    }

    @Test("a cancel at one node ends the job that runs at the other within a second")
    func cancel() async throws {
        let pair = try await Pair.start()
        let far = try #require(try await pair.nap(4).first { $0["node"] == "b" }?["id"]?.string)
        let took = try await timed {
            let answer = try await RawHTTP.request(port: pair.a.port, "POST", "/v1/jobs/\(far)/cancel")
            #expect(answer.status == 202)
            _ = try await eventually("it is cancelled") { () -> Bool? in
                try await pair.a.job(far)["state"] == "cancelled" ? true : nil
            }
        }
        #expect(took < .seconds(1), "\(took.forPeople) from the request to the end")
        try pair.letGo()
        try await pair.stop()
    }

    @Test("what ran at a killed node runs at the other within five seconds", arguments: [true, false])
    func kill(leader: Bool) async throws {
        let pair = try await Pair.start()
        let leads = try #require(try await pair.nodes(from: pair.a).first { $0["leader"] == true }?["name"]?.string)
        let victim = (leads == "a") == leader ? pair.a : pair.b
        let (name, survivor) = victim === pair.a ? ("a", pair.b) : ("b", pair.a)
        let lost = try await pair.nap(4).filter { $0["node"]?.string == name }.compactMap { $0["id"]?.string }
        #expect(lost.count == 2)
        let took = try await timed {
            victim.signal(SIGKILL)
            _ = try await eventually("they are taken back") { () -> Bool? in
                for id in lost where try await survivor.job(id)["rescues"] != 1 { return nil }
                return true
            }
        }
        #expect(took < .seconds(5), "\(took.forPeople) from the kill to the rescue")
        try pair.letGo()
        for id in lost {
            let job = try await eventually("it ends at the other") { () -> JSONValue? in
                let job = try await survivor.job(id)
                return job["state"] == "completed" ? job : nil
            }
            #expect(job["attempts"]?.array?.map { $0["outcome"] } == ["interrupted", "success"])
            #expect(job["attempts"]?.array?.compactMap { $0["node"]?.string }.first == name)
            #expect(job["attempts"]?.array?.compactMap { $0["node"]?.string }.last != name)
        }
        #expect(try await pair.nodes(from: survivor).count == 1)
        _ = try await eventually("the survivor leads") { () -> Bool? in
            try await survivor.get("/v1/node").body["leader"] == true ? true : nil
        }
        #expect(try await survivor.stop() == 0)
    }

    @Test("a second node of the same name is refused while the first lives")
    func sameName() async throws {
        let pair = try await Pair.start()
        let refused = try await Command.run(
            Binary.path, ["run", "--state", "c"], in: pair.folder.path, environment: ["NODE": "a"])
        #expect(refused.status == 75)
        #expect(refused.errors.contains("called a"))
        try pair.letGo()
        try await pair.stop()
    }

    @Test("a node is stopped by its name from the other")
    func stopByName() async throws {
        let pair = try await Pair.start()
        #expect(try await pair.a.cli("node", "stop", "b").status == 0)
        #expect(try await pair.b.waitForExit() == 0)
        _ = try await eventually("a is alone") { () -> Bool? in
            try await pair.nodes(from: pair.a).count == 1 ? true : nil
        }
        #expect(try await pair.a.stop() == 0)
    }
}
