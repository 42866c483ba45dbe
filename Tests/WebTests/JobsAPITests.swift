import HTTPTypes
import MainspringCore
import MainspringJobs
import Testing

@testable import MainspringWeb

@Suite("Jobs over HTTP")
struct JobsAPITests {
    static let fieldNames: Set<String> = [
        "id", "kind", "state", "queue", "priority", "args", "attempt", "max_attempts", "result", "error", "tags",
        "created_at",
        "scheduled_at", "started_at", "finished_at", "cancel_requested_at", "attempts", "node", "schedule", "rescues",
        "snoozes", "version", "max_rescues", "metadata", "unique", "deadline", "parent", "progress", "heartbeat_at",
        "parked",
    ]

    @Test("a job is created with 201, its place, and every field of the contract") func created() async throws {
        try await Fixture().run { node in
            let answer = await node.add(
                #"{"kind":"scan","args":{"symbol":"AAPL","days":9007199254740993},"in":"5m","priority":"high","tags":["eu"]}"#
            )
            #expect(answer.status == 201)
            #expect(answer.headers[.location] == "/v1/jobs/\(answer.id)")
            #expect(Set(answer.json.object?.keys.map(\.self) ?? []) == Self.fieldNames)
            #expect(answer.json["state"]?.string == "scheduled")
            #expect(answer.json["priority"]?.string == "high")
            #expect(answer.json["args"]?["days"]?.integer == 9_007_199_254_740_993)
            #expect(answer.json["scheduled_at"]?.string == "2026-01-01T00:05:00.000Z")
            #expect(answer.json["attempts"] == [])
            let shown = await node.get("/v1/jobs/\(answer.id)")
            #expect(shown.json == answer.json)
        }
    }

    @Test("the same id with the same content is the same job, with other content a conflict") func sameID() async throws
    {
        try await Fixture().run { node in
            let body = #"{"kind":"scan","id":"one","in":"1h","args":{"symbol":"A"}}"#
            #expect(await node.add(body).status == 201)
            let again = await node.add(body)
            #expect(again.status == 200)
            #expect(again.json["duplicate"] == true)
            #expect(again.id == "one")
            let other = await node.add(#"{"kind":"scan","id":"one","args":{"symbol":"B"}}"#)
            #expect(other.status == 409)
            #expect(other.code == "conflict")
            #expect(other.headers[.contentType] == "application/problem+json")
        }
    }

    @Test("a held unique key answers with the job that holds it") func unique() async throws {
        try await Fixture().run { node in
            let first = await node.add(#"{"kind":"report","in":"1h"}"#)
            let second = await node.add(#"{"kind":"report","in":"2h"}"#)
            #expect(second.status == 200)
            #expect(second.json["duplicate"] == true)
            #expect(second.id == first.id)
        }
    }

    @Test("an array is answered in order, and is written whole or not at all") func array() async throws {
        try await Fixture().run { node in
            let good = await node.add(
                #"[{"kind":"scan","in":"1h","args":{"symbol":"A"}},{"kind":"scan","in":"1h","args":{"symbol":"B"}}]"#)
            #expect(good.status == 201)
            #expect(good.json.array?.compactMap { $0["args"]?["symbol"]?.string } == ["A", "B"])
            let bad = await node.add(
                #"[{"kind":"scan","args":{"symbol":"A"}},{"kind":"scna"},{"kind":"scan","args":{"symbol":1,"depth":2}}]"#
            )
            #expect(bad.status == 422)
            #expect(bad.json["problems"]?.array?.compactMap { $0["index"]?.integer } == [1, 2, 2])
            #expect(bad.json["problems"]?[0]?["message"]?.string?.contains("'scan'") == true)
            #expect(await node.get("/v1/jobs").json["data"]?.array?.count == 2)
        }
    }

    @Test(
        "what cannot be read is 400 and says where",
        arguments: [
            ("", "byte 0"), (#"{"kind":"scan""#, "byte 14"), (#"{"kind":"scan","kind":"scan"}"#, "byte 15"),
            ("[1,2", "byte 4"),
            (String(repeating: "[", count: 5000), "64 levels"), ("{\"kind\":\"a\u{1}\"}", "control"),
            ("17", "must be an object"),
            ("[]", "1 to 1000"), (#"{"args":{}}"#, "'kind' is missing"), (#"{"kind":7}"#, "'kind' must be"),
            (#"{"kind":"scan","arg":{}}"#, "did you mean 'args'"), (#"{"kind":"scan","args":[]}"#, "'args' must be"),
            (#"{"kind":"scan","priority":"hgih"}"#, "did you mean 'high'"), (#"{"kind":"scan","in":"5"}"#, "duration"),
            (#"{"kind":"scan","at":"soon"}"#, "time such as"),
            (#"{"kind":"scan","in":"1s","at":"2026-01-01"}"#, "together"),
            (#"{"kind":"scan","tags":["a b"]}"#, "tag"), (#"{"kind":"scan","id":"a/b"}"#, "letters"),
            (#"{"kind":"scan","unique":true}"#, "'unique' must be an object"),
            (#"{"kind":"scan","unique":{"on_conflict":"throttle"}}"#, "'unique.on_conflict' 'throttle' needs 'for'"),
            (#"{"kind":"scan","unique":{"for":"1m","while":["running"]}}"#, "'unique.while' cannot stand together"),
            (#"{"kind":"scan","unique":{"on_conflict":"keep_last","for":"1m"}}"#, "'unique.for' means nothing"),
            (#"{"kind":"scan","unique":{"fro":"1m"}}"#, "'unique.fro' is not a known field; did you mean 'for'"),
            (#"{"kind":"scan","unique":{"for":"0s"}}"#, "'unique.for' must be a duration"),
            (#"{"kind":"scan","metadata":{"a":1}}"#, "strings only"),
            (#"{"kind":"scan","deadline":"tomorrow"}"#, "time such as"),
        ])
    func malformed(body: String, says: String) async throws {
        let node = Fixture()
        let answer = await node.add(body)
        #expect(answer.status == 400)
        #expect(answer.json["detail"]?.string?.contains(says) == true, "\(answer.text)")
        #expect(node.store.calls == 0)
    }

    @Test("an unknown kind and undeclared arguments are 422, with the nearest names") func undeclared() async throws {
        let node = Fixture()
        let kind = await node.add(#"{"kind":"scann","args":{}}"#)
        #expect(kind.status == 422)
        #expect(kind.code == "unknown_kind")
        #expect(kind.json["detail"]?.string?.contains("did you mean 'scan'?") == true)
        let args = await node.add(#"{"kind":"scan","args":{"symbl":"A"}}"#)
        #expect(args.status == 422)
        #expect(args.code == "invalid_arguments")
        #expect(args.json["problems"]?.array?.count == 2)
        #expect(args.text.contains("did you mean 'symbol'?"))
        let queue = await node.add(#"{"kind":"scan","args":{"symbol":"A"},"queue":"smal"}"#)
        #expect(queue.status == 422)
        #expect(queue.text.contains("did you mean 'small'?"))
        #expect(node.store.calls == 0)
    }

    @Test("a full queue is 429 with Retry-After, and nothing is written") func full() async throws {
        try await Fixture().run { node in
            #expect(await node.submit("/ui/queues/small/pause").status == 303)
            let item = #"{"kind":"scan","queue":"small","args":{"symbol":"A"}}"#
            let answer = await node.add("[\(item),\(item),\(item)]")
            #expect(answer.status == 429)
            #expect(answer.code == "queue_full")
            #expect(answer.headers[.retryAfter] == "5")
            #expect(await node.get("/v1/jobs").json["data"] == [])
        }
    }

    @Test("a draining node and a store that fails are 503 with Retry-After") func unavailable() async throws {
        try await Fixture().run { node in
            node.store.fail(
                MainspringError(.storeFull, "the disk is full", hint: "Free some space.", retryAfter: .seconds(30)))
            let full = await node.add(#"{"kind":"scan","args":{"symbol":"A"}}"#)
            #expect(full.status == 503)
            #expect(full.code == "store_full")
            #expect(full.headers[.retryAfter] == "30")
            node.store.fail(nil)
            node.system.quiesce()
            let draining = await node.add(#"{"kind":"scan","args":{"symbol":"A"}}"#)
            #expect(draining.status == 503)
            #expect(draining.code == "draining")
            #expect(draining.headers[.retryAfter] != nil)
        }
    }

    @Test("wait answers when the job has ended, with its result") func waitForEnd() async throws {
        try await Fixture().run { node in
            node.executor.release(.success(result: #"{"signal":"buy","n":9223372036854775807}"#))
            let answer = await node.post("/v1/jobs?wait=30s", #"{"kind":"scan","args":{"symbol":"A"}}"#)
            #expect(answer.status == 201)
            #expect(answer.json["state"]?.string == "completed")
            #expect(answer.json["result"]?["n"]?.integer == .max)
            #expect(answer.json["attempts"]?[0]?["outcome"]?.string == "success")
        }
    }

    @Test("a wait that runs out is 202, and the job runs on") func waitRunsOut() async throws {
        try await Fixture().run { node in
            async let answer = node.post("/v1/jobs?wait=0s", #"{"kind":"scan","id":"slow","args":{"symbol":"A"}}"#)
            #expect(await answer.status == 202)
            await node.started("slow")
            #expect(await node.get("/v1/jobs/slow").json["state"]?.string == "running")
            #expect(await node.get("/v1/jobs/slow?wait=0s").status == 200)
        }
    }

    @Test("cancel: 200 while it waits, 202 while it runs, 409 when it has ended, 404 when there is none") func cancel()
        async throws
    {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","id":"later","in":"1h","args":{"symbol":"A"}}"#)
            let waiting = await node.send(.post, "/v1/jobs/later/cancel")
            #expect(waiting.status == 200)
            #expect(waiting.json["state"]?.string == "cancelled")
            let again = await node.send(.post, "/v1/jobs/later/cancel")
            #expect(again.status == 409)
            #expect(again.code == "not_allowed_in_state")
            _ = await node.add(#"{"kind":"scan","id":"now","args":{"symbol":"A"}}"#)
            await node.started("now")
            let running = await node.post("/v1/jobs/now/cancel", "{}")
            #expect(running.status == 202)
            #expect(running.json["cancel_requested_at"]?.string != nil)
            await node.settled("now")
            #expect(await node.get("/v1/jobs/now").json["state"]?.string == "cancelled")
            #expect(await node.send(.post, "/v1/jobs/none/cancel").status == 404)
        }
    }

    @Test("retry: 200 for a discarded job, 409 for a completed one, 404 when there is none") func retry() async throws {
        try await Fixture().run { node in
            node.executor.release(.discarded(JobFailure(code: "exit_65", message: "bad input")))
            let discarded = await node.post("/v1/jobs?wait=30s", #"{"kind":"scan","id":"bad","args":{"symbol":"A"}}"#)
            #expect(discarded.json["error"]?["code"]?.string == "exit_65")
            node.executor.release(.success(result: nil))
            #expect(await node.send(.post, "/v1/jobs/bad/retry").status == 200)
            let done = await node.get("/v1/jobs/bad?wait=30s")
            #expect(done.json["state"]?.string == "completed")
            let again = await node.send(.post, "/v1/jobs/bad/retry")
            #expect(again.status == 409)
            #expect(again.code == "not_allowed_in_state")
            #expect(await node.send(.post, "/v1/jobs/none/retry").status == 404)
        }
    }

    @Test("a retry whose unique key another job holds is a conflict that names it") func retryConflict() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"report","id":"first","in":"1h"}"#)
            _ = await node.send(.post, "/v1/jobs/first/cancel")
            _ = await node.add(#"{"kind":"report","id":"second","in":"1h"}"#)
            let answer = await node.send(.post, "/v1/jobs/first/retry")
            #expect(answer.status == 409)
            #expect(answer.code == "conflict")
            #expect(answer.hint.contains("second"))
        }
    }

    @Test("logs hold both outputs of each attempt") func logs() async throws {
        try await Fixture().run { node in
            let output = AttemptOutput(standardOutput: Array("out".utf8), standardError: [0x1B, 0xFF], droppedBytes: 3)
            node.executor.release(.success(result: nil), output: output)
            _ = await node.post("/v1/jobs?wait=30s", #"{"kind":"scan","id":"one","args":{"symbol":"A"}}"#)
            let log = await node.get("/v1/jobs/one/logs").json["data"]?[0]
            #expect(log?["number"]?.integer == 1)
            #expect(log?["stdout"]?.string == "out")
            #expect(log?["stderr"]?.string == "\u{1B}\u{FFFD}")
            #expect(log?["dropped_bytes"]?.integer == 3)
            #expect(await node.get("/v1/jobs/none/logs").status == 404)
        }
    }

    @Test("lists are pages that end") func pages() async throws {
        try await Fixture().run { node in
            for number in 1...5 {
                _ = await node.add(#"{"kind":"scan","id":"j\#(number)","in":"1h","args":{"symbol":"A"}}"#)
            }
            var ids: [String] = []
            var cursor: String?
            repeat {
                let page = await node.get("/v1/jobs?limit=2" + (cursor.map { "&cursor=\($0)" } ?? "")).json
                ids += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
                cursor = page["next"]?.string
            } while cursor != nil && ids.count < 10
            #expect(ids == ["j5", "j4", "j3", "j2", "j1"])
        }
    }

    @Test("the query narrows by kind, state, queue and tag") func query() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","id":"a","in":"1h","args":{"symbol":"A"},"tags":["eu"]}"#)
            _ = await node.add(#"{"kind":"report","id":"b","in":"1h","queue":"small"}"#)
            _ = await node.send(.post, "/v1/jobs/b/cancel")
            func ids(_ query: String) async -> [String] {
                await node.get("/v1/jobs?q=\(query)").json["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            }
            #expect(await ids("kind:scan") == ["a"])
            #expect(await ids("kind:scan,report") == ["b", "a"])
            #expect(await ids("state:cancelled%20queue:small") == ["b"])
            #expect(await ids("tag:eu+state:scheduled") == ["a"])
            #expect(await ids("tag:eu+kind:report") == [])
        }
    }

    @Test(
        "a query, cursor or limit that means nothing is 400 and names what is known",
        arguments: [
            ("q=knd:scan", "kind:"), ("q=scan", "state:"), ("q=state:runing", "running"), ("q=kind:", "VALUE"),
            ("cursor=77", "next"), ("cursor=c!!", "next"), ("limit=0", "1 to 1000"), ("limit=1001", "1 to 1000"),
            ("limit=ten", "1 to 1000"), ("lmit=5", "limit"), ("q=%zz", "malformed"), ("q=a&q=b", "twice"),
        ])
    func badQuery(query: String, says: String) async {
        let answer = await Fixture().get("/v1/jobs?\(query)")
        #expect(answer.status == 400)
        #expect(answer.code == "malformed")
        #expect(answer.text.contains(says), "\(answer.text)")
    }

    @Test(
        "unknown ids are 404, whatever they are made of",
        arguments: ["none", "a%2Fb", "%3Cscript%3E", "..", "%F0%9F%98%80"])
    func unknownID(id: String) async {
        let answer = await Fixture().get("/v1/jobs/\(id)")
        #expect(answer.status == 404)
        #expect(answer.code == "not_found")
        #expect(!answer.text.contains("<script>"))
    }
}
