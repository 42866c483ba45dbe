import HTTPTypes
import MainspringCore
import Testing

@testable import MainspringWeb

@Suite("Who may ask")
struct GateTests {
    /// Every route, with its captures filled in.
    static let routes: [(method: HTTPRequest.Method, path: String)] = EndpointTable.all.map { endpoint in
        let parts = endpoint.path.description.split(separator: "/").map { $0.hasPrefix("{") ? "one" : String($0) }
        return (endpoint.method, "/" + parts.joined(separator: "/"))
    }

    @Test(
        "no route answers to a foreign Host",
        arguments: ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil"])
    func foreignHost(host: String) async {
        let node = Fixture()
        for route in Self.routes {
            let answer = await node.send(route.method, route.path, host: host)
            #expect(answer.status == 421, "\(route)")
        }
        #expect(node.store.calls == 0)
    }

    @Test(
        "loopback names, the bound address and the configured names pass",
        arguments: [
            "localhost", "LOCALHOST:1", "127.0.0.1:9", "127.8.8.8", "[::1]:8501", "localhost.:80",
            "mainspring.example:443",
        ])
    func ownHost(host: String) async {
        #expect(await Fixture().send(.get, "/livez", host: host).status == 200)
    }

    @Test(
        "a missing, doubled or malformed Host is refused",
        arguments: [nil, "", "a b", "[::1", "localhost:x", "localhost:123456", "user@localhost"])
    func badHost(host: String?) async {
        #expect(await Fixture().send(.get, "/livez", host: host).status == 400)
        #expect(await Fixture().send(.get, "/livez", [.host: "localhost"]).status == 400)
    }

    @Test(
        "no route answers a page of another origin",
        arguments: [
            "http://evil.example", "http://127.0.0.1:3000", "http://localhost:8501", "null", "", "127.0.0.1:8501",
            "file://",
        ])
    func foreignOrigin(origin: String) async {
        let node = Fixture()
        for route in Self.routes {
            let answer = await node.send(route.method, route.path, [.origin: origin])
            #expect(answer.status == 403, "\(route)")
        }
        #expect(node.store.calls == 0)
    }

    @Test(
        "no route answers a request that a browser says comes from another site",
        arguments: ["cross-site", "same-site", "what"])
    func foreignSite(site: String) async {
        let node = Fixture()
        for route in Self.routes {
            for mode in ["cors", "no-cors", "websocket"] {
                let answer = await node.send(route.method, route.path, [.secFetchSite: site, .secFetchMode: mode])
                #expect(answer.status == 403, "\(route)")
            }
        }
        #expect(node.store.calls == 0)
    }

    @Test("a link from anywhere opens the page, and only the page; no frame does") func navigation() async throws {
        try await Fixture().run { node in
            let link: HTTPFields = [.secFetchSite: "cross-site", .secFetchMode: "navigate", .secFetchDest: "document"]
            let frame: HTTPFields = [.secFetchSite: "cross-site", .secFetchMode: "navigate", .secFetchDest: "iframe"]
            #expect(await node.send(.get, "/", link).status == 200)
            #expect(await node.send(.get, "/", frame).status == 403)
            #expect(await node.send(.get, "/v1/jobs", link).status == 403)
            #expect(await node.send(.post, "/ui/queues/default/pause", link).status == 403)
        }
    }

    @Test("a form needs to say that it is the page's own") func forms() async throws {
        try await Fixture().run { node in
            let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            let bare = await node.send(.post, "/ui/queues/default/pause", form, body: [])
            #expect(bare.status == 403)
            var own = form
            own[.origin] = "http://127.0.0.1:8501"
            #expect(await node.send(.post, "/ui/queues/default/pause", own, body: []).status == 303)
            var fetch = form
            fetch[.secFetchSite] = "same-origin"
            #expect(await node.send(.post, "/ui/queues/default/resume", fetch, body: []).status == 303)
        }
    }

    @Test(
        "a body that is not JSON by its type is 415 on every JSON route",
        arguments: [
            "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/jsonp",
        ])
    func contentType(type: String) async {
        let node = Fixture()
        for endpoint in EndpointTable.all {
            guard case .json = endpoint.body else { continue }
            let path = endpoint.path.description.replacing("{", with: "").replacing("}", with: "")
            #expect(await node.post(path, "{}", [.contentType: type]).status == 415, "\(path)")
            #expect(await node.send(.post, path, [.contentType: type]).status == 415, "\(path)")
            #expect(await node.send(.post, path, body: Array("{}".utf8)).status == 415, "\(path)")
        }
        #expect(await node.submit("/ui/queues/default/pause").status != 415)
        #expect(await node.post("/ui/queues/default/pause", "{}", [.origin: "http://127.0.0.1:8501"]).status == 415)
    }

    @Test("a command refuses a body that says something", arguments: [#"{"force":true}"#, "[]", "7", "{", #"{"a":"#])
    func commandBody(body: String) async {
        let node = Fixture()
        #expect(await node.post("/v1/jobs/one/cancel", body).status == 400)
        #expect(node.store.calls == 0)
    }

    @Test("a body that is announced too large is 413 on every route, before it is read") func tooLarge() async {
        let node = Fixture()
        for route in Self.routes where route.method == .post {
            let headers: HTTPFields = [
                .contentLength: "100000000", .contentType: "application/json", .origin: "http://127.0.0.1:8501",
            ]
            let answer = await node.send(route.method, route.path, headers)
            #expect(answer.status == 413, "\(route)")
        }
        #expect(node.store.calls == 0)
    }

    @Test("unknown paths are 404, wrong methods 405 with Allow") func routing() async {
        let node = Fixture()
        for path in [
            "/v1", "/v1/jobz", "/v1/jobs/", "//", "/v1/openapi.json", "/assets/page-000000000000.css", "/../etc/passwd",
        ] {
            #expect(await node.get(path).status == 404, "\(path)")
        }
        #expect(await node.get("/%zz").status == 400)
        #expect(await node.get("*").status == 400)
        let wrong = await node.send(.delete, "/v1/jobs")
        #expect(wrong.status == 405)
        #expect(wrong.headers[.allow] == "POST, GET, HEAD")
        #expect(await node.send(.options, "/v1/jobs").status == 405)
        #expect(await node.send(.get, "/v1/jobs/one/cancel").status == 405)
    }

    @Test("every answer carries the security headers, errors too") func headers() async throws {
        try await Fixture().run { node in
            var answers: [Answer] = []
            for route in Self.routes { answers.append(await node.send(route.method, route.path)) }
            answers.append(await node.get("/nothing"))
            answers.append(await node.get("/livez"))
            for answer in answers {
                #expect(
                    answer.headers[.contentSecurityPolicy]
                        == "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                        + "frame-ancestors 'none'; base-uri 'none'")
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.referrerPolicy] == "same-origin")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
        }
    }

    @Test("HEAD answers as GET does, without the body") func head() async throws {
        try await Fixture().run { node in
            let get = await node.get("/v1/node")
            let head = await node.send(.head, "/v1/node")
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head.headers[.contentLength] == get.headers[.contentLength])
        }
    }

    @Test("a fault of the node tells a client nothing of it") func fault() async throws {
        struct Secret: Error { let password = "hunter2" }
        let problem = Problem(Secret())
        #expect(problem.status == .internalServerError)
        #expect(!problem.json.compactText.contains("hunter2"))
    }
}
