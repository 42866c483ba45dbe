import MainspringCore
import Synchronization
import Testing

@testable import MainspringCommands

@Suite("Nodes and their store")
struct PeerCommandTests {
    private static let nodes: JSONValue = [
        "data": [
            [
                "name": "market-1", "self": true, "leader": true, "draining": false, "host": "alpha", "pid": 4242,
                "url": "http://127.0.0.1:8501", "version": "0.3", "started_at": "2025-12-31T23:00:00.000Z",
                "seen_at": "2025-12-31T23:59:59.000Z", "kinds": ["scan": 1], "queues": ["default": 10, "a": 2],
                "failover": "spooling",
            ],
            [
                "name": "market-2", "self": false, "leader": false, "draining": true, "host": "beta", "pid": .null,
                "url": .null, "version": "0.3", "started_at": "2025-12-31T23:59:00.000Z",
                "seen_at": "2026-01-01T00:00:05.000Z", "kinds": [:], "queues": [:],
            ],
        ], "next": .null,
    ]

    @Test("node ls shows who leads, who drains, and when each was last seen")
    func list() async throws {
        try await StubNode.with { _ in
            .json(Self.nodes)
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("node", "ls", "--url", url) == .success)
            let rows = tool.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(rows.count == 3)
            #expect(
                rows[1] == [
                    "market-1", "running", "spooling", "leader", "alpha", "4242", "http://127.0.0.1:8501", "1h", "0m",
                    "1.0s", "a",
                    "2,",
                    "default", "10",
                ])
            // Its clock is ahead of ours.
            #expect(rows[2] == ["market-2", "draining", "-", "beta", "-", "-", "1m", "0s", "0ms"])
            #expect(await tool.run("node", "ls", "--url", url, "-o", "jsonl") == .success)
            #expect(tool.output.split(separator: "\n").suffix(2).allSatisfy { $0.hasPrefix("{\"draining\":") })
            #expect(node.requests.map(\.uri) == ["/v1/nodes", "/v1/nodes"])
        }
    }

    @Test("drain, resume and stop are about the node that is named, else about the one that is asked")
    func verbs() async throws {
        try await StubNode.with { request in
            request.method == "GET" ? .json(["node": "market-1"]) : .json(["name": "x", "asked": "x"], status: 202)
        } _: { node, url in
            let tool = TestTool()
            for verb in ["drain", "resume", "stop"] {
                #expect(await tool.run("node", verb, "market 2", "--url", url) == .success)
                #expect(await tool.run("node", verb, "--url", url) == .success)
            }
            #expect(
                node.requests.filter { $0.method == "POST" }.map(\.uri) == [
                    "/v1/nodes/market%202/drain", "/v1/nodes/market-1/drain", "/v1/nodes/market%202/resume",
                    "/v1/nodes/market-1/resume", "/v1/nodes/market%202/stop", "/v1/nodes/market-1/stop",
                ])
            #expect(
                tool.output.split(separator: "\n").map(String.init) == [
                    "The node market 2 takes no more jobs.", "The node market-1 takes no more jobs.",
                    "The node market 2 takes jobs again.", "The node market-1 takes jobs again.",
                    "The node market 2 is stopping.", "The node market-1 is stopping.",
                ])
        }
    }

    @Test("a node that is not there exits 1, with the nearest name")
    func unknown() async throws {
        try await StubNode.with { _ in
            .problem(404, "not_found", "no live node is called 'market-3'", hint: "Did you mean 'market-2'?")
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("node", "drain", "market-3", "--url", url) == .failed)
            #expect(tool.messages.contains("Did you mean 'market-2'?"))
        }
    }

    @Test("store check prints one problem per line and exits 1; without any it exits 0 and prints none")
    func check() async throws {
        let damaged = TestTool(.init(directory: "/d", program: StubProgram(damage: ["a", "b"])))
        #expect(await damaged.run("store", "check", "x.db") == .failed)
        #expect(damaged.output == "/d/x.db: a\n/d/x.db: b\n")
        let whole = TestTool(.init(directory: "/d"))
        #expect(await whole.run("store", "check") == .success)
        #expect(whole.output == "")
        #expect(whole.messages == "/d/.mainspring/jobs.db is whole.\n")
        #expect(await whole.run("store", "check", "-o", "json") == .success)
        #expect(whole.output.contains("\"problems\" : []") || whole.output.contains("\"problems\": []"))
    }

    @Test("store backup takes the configured store, unless another is named, and prints the new file")
    func backup() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("", to: "mainspring.yaml")
            let program = StubProgram(storeFile: "/var/jobs.db")
            let tool = TestTool(.init(directory: folder.path, program: program))
            #expect(await tool.run("store", "backup", "copy.db") == .success)
            #expect(await tool.run("store", "backup", "/b/copy.db", "--from", "/o.db") == .success)
            #expect(
                program.backups.value.withLock { $0 } == [
                    "/var/jobs.db > \(folder.path)/copy.db", "/o.db > /b/copy.db",
                ])
            #expect(tool.output == "\(folder.path)/copy.db\n/b/copy.db\n")
            let memory = TestTool(.init(directory: folder.path))
            #expect(await memory.run("store", "check") == .failed)
            #expect(memory.messages.contains("is in no file"))
        }
    }

    @Test("job show tells how far it is, until when, who made it, and what it survived")
    func job() async throws {
        var job = try #require(sampleJob(state: "running").object)
        job["progress"] = ["fraction": .double(0.4), "message": "two of five"]
        job["heartbeat_at"] = "2025-12-31T23:59:58.000Z"
        job["deadline"] = "2026-01-01T00:10:00.000Z"
        job["parent"] = "job-0"
        job["metadata"] = ["trace": "00-ab", "by": "me"]
        job["rescues"] = 2
        job["max_rescues"] = 3
        try await StubNode.with { [job] _ in
            .json(.object(job))
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "show", "job-1", "--url", url) == .success)
            for line in [
                "Progress   40 %: two of five; last sign of life 2.0s ago", "Rescues    2 of at most 3",
                "Metadata   by=me\n           trace=00-ab", "Parent     job-0",
                "Deadline   2026-01-01T00:10:00.000Z (in 10m 0s)",
            ] {
                #expect(tool.output.contains(line), "\(line) in \(tool.output)")
            }
        }
    }

    @Test("a parked job says so where jobs are listed")
    func parked() async throws {
        var job = try #require(sampleJob().object)
        job["parked"] = "no live node knows the kind scan"
        try await StubNode.with { [job] _ in
            .json(["data": [.object(job)], "next": .null])
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "ls", "--url", url) == .success)
            #expect(tool.output.contains("parked: no live node knows the kind scan"))
        }
    }

    @Test("a job whose content a waiting one took over is told from one that was there")
    func replaced() async throws {
        var job = try #require(sampleJob().object)
        job["replaced"] = true
        try await StubNode.with { [job] _ in
            .json(.object(job))
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "--url", url) == .success)
            #expect(tool.output == "job-1\n")
            #expect(tool.messages.contains("A waiting job took over what this one brought: job-1"))
        }
    }
}
