import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringWeb

@Suite("The nodes of the store over HTTP")
struct PeerAPITests {
    /// Beside this node, `test-2` on another host.
    private func withPeer(_ body: @Sendable (Fixture) async throws -> Void) async throws {
        try await Fixture().run { node in
            try await node.system.join()
            let peer = NodeRecord(
                identity: NodeIdentity(name: "test-2", incarnation: "two"),
                process: ProcessStamp(bootID: "b", pidNamespace: 1, pid: 77, startTime: 5), host: "far",
                url: "http://10.0.0.2:8501", version: "0.9", startedAt: node.time.now() - .seconds(90),
                seenAt: node.time.now(), kinds: ["scan": 2], queues: ["default": 4])
            _ = try await node.store.beat(NodeBeat(node: peer, lease: .seconds(30)))
            try await body(node)
        }
    }

    @Test("every live node is listed, with what it is and does") func list() async throws {
        try await withPeer { node in
            let answer = await node.get("/v1/nodes").json
            #expect(answer["next"] == .null)
            #expect(answer["data"]?.array?.compactMap { $0["name"]?.string } == ["test-1", "test-2"])
            #expect(answer["data"]?.array?.map { $0["leader"] } == [true, false])
            #expect(answer["data"]?.array?.map { $0["self"] } == [true, false])
            #expect(
                answer["data"]?[1] == [
                    "name": "test-2", "self": false, "leader": false, "draining": false, "host": "far", "pid": 77,
                    "url": "http://10.0.0.2:8501", "version": "0.9", "started_at": "2025-12-31T23:58:30.000Z",
                    "seen_at": "2026-01-01T00:00:00.000Z", "kinds": ["scan": 2], "queues": ["default": 4],
                    "failover": .null,
                ])
            #expect(await node.get("/metrics").text.contains("mainspring_nodes 2"))
        }
    }

    @Test("another node is asked through the store, and the last wish stays") func ask() async throws {
        try await withPeer { node in
            let drain = await node.send(.post, "/v1/nodes/test-2/drain")
            #expect(drain.status == 202)
            #expect(drain.json == ["name": "test-2", "asked": "drain"])
            #expect(!node.control.isDraining)
            func wish() async throws -> NodeWish? {
                let peer = try #require(try await node.store.nodes().last)
                return try await node.store.beat(NodeBeat(node: peer, lease: .seconds(30))).wish
            }
            let drainWish = try await wish()
            #expect(drainWish == .drain)
            _ = await node.send(.post, "/v1/nodes/test-2/resume")
            #expect(await node.send(.post, "/v1/nodes/test-2/stop").status == 202)
            let lastWish = try await wish()
            #expect(lastWish == .stop)
            #expect(node.control.stopped == 0)
        }
    }

    @Test("this node is asked at once, without the store") func own() async throws {
        let node = Fixture()
        node.store.fail(MainspringError(.storeFailed, "gone"))
        #expect(await node.send(.post, "/v1/nodes/test-1/drain").status == 202)
        #expect(node.control.isDraining)
        #expect(await node.get("/v1/node").json["draining"] == true)
        #expect(await node.send(.post, "/v1/nodes/test-1/resume").status == 202)
        #expect(!node.control.isDraining)
        #expect(await node.send(.post, "/v1/nodes/test-1/stop").status == 202)
        #expect(node.control.stopped == 1)
    }

    @Test("an unknown node is 404 with the nearest name", arguments: ["drain", "resume", "stop"])
    func unknown(verb: String) async throws {
        try await withPeer { node in
            let answer = await node.send(.post, "/v1/nodes/test-3/\(verb)")
            #expect(answer.status == 404)
            #expect(answer.hint.contains("test-"))
        }
    }

    @Test("only a node itself can tell what its stop would do") func rehearsal() async throws {
        try await withPeer { node in
            let other = await node.post("/v1/nodes/test-2/stop", #"{"dry_run": true}"#)
            #expect(other.status == 400)
            #expect(other.hint.contains("--url http://10.0.0.2:8501"))
            #expect(await node.post("/v1/nodes/none/stop", #"{"dry_run": true}"#).status == 404)
        }
    }

    @Test("the page shows the nodes when there are several, with the leader and who drains") func page() async throws {
        try await Fixture().run { node in
            try await node.system.join()
            #expect(!(await node.get("/")).text.contains("id=\"nodes\""))
        }
        try await withPeer { node in
            node.control.drain(true)
            let text = await node.get("/").text
            #expect(text.contains("id=\"nodes\""))
            #expect(text.contains("<a href=\"http://10.0.0.2:8501/\">test-2</a>"))
            #expect(text.contains(">leads</span> <span class=\"note\">this one</span>"))
            #expect(text.contains("draining"))
        }
    }
}
