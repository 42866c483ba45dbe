import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringWeb

@Suite("The page")
struct PageTests {
    private static let hostile = #"<script>alert(\"x\")</script>'\u001b[31m\u202e"#

    @Test("arguments, results, errors and outputs appear as text, never as markup") func escaped() async throws {
        try await Fixture().run { node in
            let text = "<script>alert(\"x\")</script>'\u{1B}[31m\u{202E}"
            let failure = JobFailure(code: "exit_1", message: text, detail: text)
            let output = AttemptOutput(standardOutput: Array(text.utf8), standardError: Array(text.utf8))
            node.executor.release(.discarded(failure), output: output)
            _ = await node.post(
                "/v1/jobs?wait=30s", #"{"kind":"report","id":"bad","args":{"data":"\#(Self.hostile)"}}"#)
            node.executor.release(.success(result: #""\#(Self.hostile)""#))
            _ = await node.post(
                "/v1/jobs?wait=30s", #"{"kind":"report","id":"good","args":{"data":"\#(Self.hostile)"}}"#)
            for path in [
                "/", "/jobs/bad", "/jobs/good", "/?q=\(QueryString.encode("kind:\(text.filter { $0 != " " })"))",
            ] {
                let answer = await node.get(path)
                #expect(answer.status == 200, "\(path)")
                #expect(!answer.text.contains("<script"), "\(path)")
                #expect(!answer.text.contains("alert(\""), "\(path)")
                #expect(!answer.text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E }, "\(path)")
                #expect(answer.text.contains("&lt;script&gt;"), "\(path)")
            }
            #expect(await node.get("/jobs/bad").text.contains("␛"))
        }
    }

    @Test("it needs no script, no inline style, and no other host") func selfContained() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","in":"1h","args":{"symbol":"A"}}"#)
            let text = await node.get("/").text
            #expect(!text.contains("<script") && !text.contains("style=") && !text.contains("onclick"))
            #expect(text.contains(#"<html lang="en">"#))
            #expect(text.contains(#"<meta http-equiv="refresh" content="5">"#))
            #expect(text.contains(Stylesheet.path))
            let style = await node.get(Stylesheet.path)
            #expect(style.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            #expect(style.text.contains("prefers-color-scheme: dark"))
            #expect(!style.text.contains("http"))
            #expect(style.text.utf8.count < 12 << 10)
        }
    }

    @Test("a person can hold it still, search it, and see older jobs") func navigation() async throws {
        try await Fixture().run { node in
            for number in 1...51 {
                _ = await node.add(#"{"kind":"scan","id":"job-\#(number)","in":"1h","args":{"symbol":"A"}}"#)
            }
            #expect(!(await node.get("/?refresh=false")).text.contains("http-equiv"))
            let first = await node.get("/").text
            #expect(first.contains("/jobs/job-51") && !first.contains("\"/jobs/job-1\""))
            let link = try #require(first.firstMatch(of: /href="(\/\?cursor=[a-z0-9]+)"/)?.1)
            let older = await node.get(String(link)).text
            #expect(older.contains("\"/jobs/job-1\"") && !older.contains("http-equiv"))
            #expect(await node.get("/?q=kind:report").text.contains("No job matches"))
            let wrong = await node.get("/?q=knd:scan")
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("<!doctype html>"))
        }
    }

    @Test("its buttons do what they say and lead back") func buttons() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","id":"one","in":"1h","args":{"symbol":"A"}}"#)
            #expect(await node.get("/").text.contains(#"action="/ui/jobs/one/cancel""#))
            let cancel = await node.submit("/ui/jobs/one/cancel", "from=job")
            #expect(cancel.status == 303)
            #expect(cancel.headers[.location] == "/jobs/one")
            #expect(await node.get("/v1/jobs/one").json["state"]?.string == "cancelled")
            let again = await node.submit("/ui/jobs/one/cancel")
            #expect(again.status == 409)
            #expect(again.text.contains("<!doctype html>"))
            #expect(await node.submit("/ui/jobs/one/retry").headers[.location] == "/")
            #expect(await node.submit("/ui/queues/default/pause").status == 303)
            #expect(await node.get("/").text.contains("<span class=\"badge\">paused</span>"))
            #expect(await node.submit("/ui/services/feed/restart").status == 303)
            #expect(node.services.commands == ["restart feed"])
            #expect(await node.submit("/ui/services/none/restart").status == 404)
        }
    }

    @Test("a job that no live node can run is parked, with the reason; the queue counts it") func parked() async throws
    {
        try await Fixture().run { node in
            #expect(await node.submit("/ui/queues/small/pause").status == 303)
            _ = await node.add(#"{"kind":"scan","id":"one","queue":"small","args":{"symbol":"A"}}"#)
            // This node, as if it knew no kind.
            let record = NodeRecord(
                identity: NodeIdentity(name: "test-1", incarnation: "one"), startedAt: node.time.now(),
                seenAt: node.time.now())
            let term = try #require(try await node.store.beat(NodeBeat(node: record, lease: .seconds(30))).term)
            #expect(try await node.store.park(under: term, limit: 10).parked == 1)
            let reason = "no live node knows the kind scan"
            #expect(await node.get("/v1/jobs/one").json["parked"]?.string == reason)
            #expect(await node.get("/v1/queues").json["data"]?[1]?["parked"] == 1)
            #expect(await node.get("/metrics").text.contains(#"mainspring_queue_parked{queue="small"} 1"#))
            #expect(await node.get("/jobs/one").text.contains(reason))
            let overview = await node.get("/").text
            #expect(overview.contains(">1 parked</span>") && overview.contains(">parked</span>"))
        }
    }

    @Test("a running job shows how far it is, its parent, its deadline and its metadata") func progress() async throws {
        try await Fixture().run { node in
            _ = await node.add(
                #"{"kind":"scan","id":"one","args":{"symbol":"A"},"deadline":"1h","metadata":{"trace":"00<ab"}}"#)
            await node.started("one")
            let token = try #require(node.system.engine.runningAttempts().first).lease.token.rawValue
            var headers: HTTPFields = [:]
            headers[.attemptToken] = token
            _ = await node.post("/v1/jobs/one/progress", #"{"fraction":0.4,"message":"<two>"}"#, headers)
            _ = await node.post("/v1/jobs/one/children", #"{"kind":"report","id":"kid","in":"1h"}"#, headers)
            let text = await node.get("/jobs/one").text
            #expect(text.contains(#"aria-label="40 %""#) && text.contains(#"width="160""#))
            #expect(text.contains("&lt;two&gt;") && text.contains("00&lt;ab"))
            #expect(text.contains("<dt>Deadline</dt>"))
            #expect(!text.contains("style="))
            #expect(await node.get("/").text.contains("40 %"))
            #expect(await node.get("/jobs/kid").text.contains(#"<a href="/jobs/one">one</a>"#))
        }
    }

    @Test("it still shows what it can while the store does not answer") func storeDown() async {
        let node = Fixture()
        node.store.fail(MainspringError(.storeFailed, "gone"))
        let answer = await node.get("/")
        #expect(answer.status == 200)
        #expect(answer.text.contains("Degraded: the store does not answer."))
        #expect(answer.text.contains("feed"))
    }

    @Test("the verdict is one sentence") func verdict() {
        func sentence(_ phase: NodePhase, _ checks: [ReadinessReport.Check]) -> String {
            Verdict(phase: phase, readiness: ReadinessReport(checks: checks), queues: []).sentence
        }
        let failing = [ReadinessReport.Check(name: "service:feed", isOK: false, detail: "feed is backing off.")]
        #expect(sentence(.running, []) == "Ready: nothing to do.")
        #expect(sentence(.running, failing) == "Degraded: feed is backing off.")
        #expect(sentence(.starting, failing) == "Starting: feed is backing off.")
        #expect(sentence(.draining, failing) == "Stopping: no new jobs; nothing runs any more.")
    }

    @Test("interpolated text is escaped, in text and in attributes; markup is not") func html() {
        let inner: HTML = "<b>\("&")</b>"
        let html: HTML = "<a title=\"\("\"'<>")\">\(inner)\("\u{0}\u{7F}\u{85}\u{2066}a\tb\n")</a>"
        #expect(html.text == "<a title=\"&quot;&#39;&lt;&gt;\"><b>&amp;</b>␀␡⟨U+85⟩⟨U+2066⟩a\tb\n</a>")
    }

    @Test("every state has a shape and a word") func states() {
        for state in JobState.allCases {
            let mark = StateMark.html(state).text
            #expect(mark.contains("<use href=\"#") && mark.contains(state.rawValue))
        }
        #expect(
            Set(
                JobState.allCases.filter { $0 != .pending }.map { StateMark.html($0).text.firstMatch(of: /#[a-z]+/)?.0 }
            ).count == 7)
    }
}
