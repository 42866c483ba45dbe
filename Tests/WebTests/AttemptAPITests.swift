import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringWeb

@Suite("What attempts tell over HTTP")
struct AttemptAPITests {
    /// Runs `body` with a job that runs here, and its token.
    private func withAttempt(_ body: @Sendable (Fixture, String) async throws -> Void) async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","id":"one","args":{"symbol":"A"}}"#)
            await node.started("one")
            let attempt = try #require(node.system.engine.runningAttempts().first)
            try await body(node, attempt.lease.token.rawValue)
        }
    }

    private func tell(_ node: Fixture, _ path: String, _ json: String = "", token: String?) async -> Answer {
        var headers: HTTPFields = [:]
        headers[.attemptToken] = token
        return await node.post("/v1/jobs/\(path)", json, headers)
    }

    @Test("progress is in the job at once, a heartbeat leaves it") func progress() async throws {
        try await withAttempt { node, token in
            #expect(await node.get("/v1/jobs/one").json["progress"] == .null)
            let told = await tell(node, "one/progress", #"{"fraction": 0.25, "message": "one of four"}"#, token: token)
            #expect(told.status == 200)
            #expect(told.json == ["cancel_requested": false])
            node.time.advance(by: .seconds(3))
            #expect(await tell(node, "one/heartbeat", token: token).status == 200)
            let job = await node.get("/v1/jobs/one").json
            #expect(job["progress"] == ["fraction": .double(0.25), "message": "one of four"])
            #expect(job["heartbeat_at"]?.string == "2026-01-01T00:00:03.000Z")
            #expect(await tell(node, "one/progress", #"{"fraction": 1}"#, token: token).status == 200)
            #expect(await node.get("/v1/jobs/one").json["progress"] == ["fraction": .double(1), "message": .null])
        }
    }

    @Test("it learns that somebody asked it to end") func cancelled() async throws {
        try await withAttempt { node, token in
            // As another node would: this one's attempt is not told otherwise.
            let id = try #require(JobID(rawValue: "one"))
            _ = try await node.store.cancel([id], now: node.time.now())
            #expect(await tell(node, "one/heartbeat", token: token).json == ["cancel_requested": true])
        }
    }

    @Test("a token that does not hold the job is 409, and nothing is written", arguments: ["progress", "heartbeat"])
    func stale(verb: String) async throws {
        try await withAttempt { node, token in
            let answer = await tell(node, "one/\(verb)", "{}", token: token + "x")
            #expect(answer.status == 409)
            #expect(answer.code == "stale_attempt")
            #expect(await tell(node, "none/\(verb)", "{}", token: token).code == "stale_attempt")
            #expect(await node.get("/v1/jobs/one").json["heartbeat_at"] == .null)
            #expect(await node.get("/metrics").text.contains("mainspring_stale_writes_total 2"))
        }
    }

    @Test(
        "without a token, or with a body that means nothing, it is 400",
        arguments: [
            ("progress", "{}", nil, "Mainspring-Attempt-Token"), ("heartbeat", "", nil, "Mainspring-Attempt-Token"),
            ("children", #"{"kind":"scan"}"#, nil, "Mainspring-Attempt-Token"),
            ("progress", #"{"fraction": 1.5}"#, "t", "from 0"), ("progress", #"{"fraction": "half"}"#, "t", "a number"),
            ("progress", #"{"percent": 5}"#, "t", "fraction"),
        ] as [(String, String, String?, String)])
    func malformed(verb: String, body: String, token: String?, says: String) async {
        let answer = await tell(Fixture(), "one/\(verb)", body, token: token)
        #expect(answer.status == 400)
        #expect(answer.text.contains(says), "\(answer.text)")
    }

    @Test("its children carry it as their parent") func children() async throws {
        try await withAttempt { node, token in
            let one = await tell(node, "one/children", #"{"kind":"report","id":"r","in":"1h"}"#, token: token)
            #expect(one.status == 201)
            #expect(one.json["parent"]?.string == "one")
            #expect(one.headers[.location] == "/v1/jobs/r")
            let two = await tell(
                node, "one/children",
                #"[{"kind":"scan","in":"1h","args":{"symbol":"B"}},{"kind":"scan","in":"1h","args":{"symbol":"C"}}]"#,
                token: token)
            #expect(two.json.array?.compactMap { $0["parent"]?.string } == ["one", "one"])
            #expect(await node.get("/v1/jobs/one").json["parent"] == .null)
        }
    }

    @Test("an attempt that lost its job makes no children") func staleChildren() async throws {
        try await withAttempt { node, token in
            let answer = await tell(node, "one/children", #"[{"kind":"report","id":"r"}]"#, token: token + "x")
            #expect(answer.status == 409)
            #expect(answer.code == "stale_attempt")
            #expect(await node.get("/v1/jobs/r").status == 404)
        }
    }
}
