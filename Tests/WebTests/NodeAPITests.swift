import HTTPTypes
import MainspringCore
import MainspringRuntime
import Testing

@testable import MainspringWeb

@Suite("Queues, services and the node over HTTP")
struct NodeAPITests {
    @Test("queues are listed with their counts, and can be paused and resumed") func queues() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","queue":"small","in":"1h","args":{"symbol":"A"}}"#)
            let list = await node.get("/v1/queues").json
            #expect(list["next"] == .null)
            #expect(list["data"]?.array?.compactMap { $0["name"]?.string } == ["default", "small"])
            let small = list["data"]?[1]
            #expect(small?["counts"]?["scheduled"]?.integer == 1)
            #expect(small?["waiting"]?.integer == 1)
            #expect(small?["limit"]?.integer == 2)
            #expect(small?["workers"]?.integer == 1)
            #expect(small?["oldest_seconds"] == .null)
            #expect(await node.send(.post, "/v1/queues/small/pause").json["paused"] == true)
            #expect(await node.send(.post, "/v1/queues/small/resume").json["paused"] == false)
            let unknown = await node.send(.post, "/v1/queues/smal/pause")
            #expect(unknown.status == 404)
            #expect(unknown.hint.contains("small"))
        }
    }

    @Test("services are listed, wherever they are in the tree, and their logs bounded") func services() async {
        let node = Fixture()
        let list = await node.get("/v1/services").json["data"]
        #expect(list?.array?.compactMap { $0["name"]?.string } == ["feed", "mailer"])
        let feed = list?[0]
        #expect(feed?["kind"]?.string == "command")
        #expect(feed?["state"]?.string == "running")
        #expect(feed?["ready"] == true)
        #expect(feed?["last_exit"]?.string == "exit 1")
        #expect(feed?["started_at"]?.string == "2025-12-31T23:49:59.000Z")
        #expect(feed?["last_stop_seconds"]?.double == 1.5)
        #expect(feed?["site"] == .null && feed?["detail"] == .null)
        #expect(await node.get("/v1/services/feed/logs?lines=2").json["data"] == ["line 9", "line 10"])
        #expect(await node.get("/v1/services/feed/logs?lines=0").status == 400)
        #expect(await node.get("/v1/services/none/logs").status == 404)
    }

    @Test("a service is started, stopped and restarted, and answers with its state", arguments: ServiceCommand.allCases)
    func commands(command: ServiceCommand) async {
        let node = Fixture()
        let answer = await node.send(.post, "/v1/services/mailer/\(command.rawValue)")
        #expect(answer.status == 202)
        #expect(answer.json["name"]?.string == "mailer")
        #expect(node.services.commands == ["\(command.rawValue) mailer"])
        #expect(await node.send(.post, "/v1/services/fed/\(command.rawValue)").status == 404)
    }

    @Test("the tree shows groups with what is below them") func tree() async {
        let json = await Fixture().get("/v1/tree").json
        #expect(json["next"] == .null)
        #expect(json["data"]?.array?.compactMap { $0["name"]?.string } == ["feed", "workers"])
        let mailer = json["data"]?[1]?["children"]?[0]
        #expect(mailer?["name"]?.string == "mailer")
        #expect(mailer?["kind"]?.string == "service")
        #expect(mailer?["state"]?.string == "degraded")
        #expect(mailer?["site"]?.string == "Bot/Mail.swift:12")
        #expect(mailer?["detail"]?.string == "no heartbeat within 5s")
        #expect(mailer?["depends_on"] == ["feed"])
    }

    @Test("a stop is rehearsed, then begun") func stop() async {
        let node = Fixture()
        let rehearsal = await node.post("/v1/nodes/test-1/stop", #"{"dry_run": true}"#)
        #expect(rehearsal.status == 200)
        #expect(rehearsal.json["items"]?.array?.compactMap { $0["fate"]?.string } == ["handed_back", "cut"])
        #expect(rehearsal.json["by_seconds"]?.double == 30)
        #expect(node.control.stopped == 0)
        #expect(await node.send(.post, "/v1/nodes/other/stop").status == 404)
        #expect(await node.post("/v1/nodes/test-1/stop", #"{"dry_run": "yes"}"#).status == 400)
        #expect(await node.send(.post, "/v1/nodes/test-1/stop").status == 202)
        #expect(node.control.stopped == 1)
    }

    @Test("the runtime shows its threads, its pool and its tree") func runtime() async throws {
        let answer = await Fixture().get("/debug/runtime")
        #expect(answer.status == 200)
        #expect(answer.json["pool"]?["state"]?.string == "working")
        let threads = try #require(answer.json["threads"]?.array)
        #expect(threads.first?["owner"]?.string == "main")
        #expect(answer.json["tree"]?.array?.count == 2)
    }

    @Test("livez asks nothing of the store") func live() async {
        let node = Fixture()
        node.store.fail(MainspringError(.storeFailed, "gone"))
        let answer = await node.get("/livez")
        #expect(answer.status == 200)
        #expect(answer.text == "ok\n")
        #expect(node.store.calls == 0)
    }

    @Test("readyz is 503 with the reasons while a check fails") func ready() async {
        let node = Fixture()
        #expect(await node.get("/readyz").json == ["ready": true, "checks": []])
        #expect(await node.get("/readyz?verbose").json["checks"]?.array?.count == 1)
        node.inspector.set(
            .running,
            [
                ReadinessReport.Check(name: "phase", isOK: true),
                ReadinessReport.Check(name: "service:feed", isOK: false, detail: "feed is backing off"),
            ])
        let answer = await node.get("/readyz")
        #expect(answer.status == 503)
        #expect(answer.json["checks"] == [["name": "service:feed", "ok": false, "detail": "feed is backing off"]])
        #expect(await node.get("/readyz?verbose=true").json["checks"]?.array?.count == 2)
    }

    @Test("the node tells its name, version, phase and address") func about() async {
        let json = await Fixture().get("/v1/node").json
        #expect(json["node"]?.string == "test-1")
        #expect(json["name"]?.string == "market")
        #expect(json["version"]?.string == "0.1.0-test")
        #expect(json["phase"]?.string == "running")
        #expect(json["url"]?.string == "http://127.0.0.1:8501")
        #expect(json["uptime_seconds"]?.double == 3600)
    }

    @Test("a failing store is 503 on everything that asks it") func storeDown() async {
        let node = Fixture()
        node.store.fail(MainspringError(.storeBusy, "another process writes", retryAfter: .milliseconds(200)))
        for path in ["/v1/jobs", "/v1/jobs/one", "/v1/jobs/one/logs", "/v1/queues"] {
            let answer = await node.get(path)
            #expect(answer.status == 503, "\(path)")
            #expect(answer.code == "store_busy")
            #expect(answer.headers[.retryAfter] == "1")
        }
    }
}
