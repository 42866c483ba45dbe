import MainspringCore
import Testing

@testable import MainspringCommands

@Suite("Answers of a node")
struct NodeClientTests {
    @Test(
        "each refusal ends in its exit code, with what happened and what to do",
        arguments: [
            (429, "queue_full", 75), (503, "draining", 75), (503, "store_full", 74), (403, "forbidden", 77),
            (404, "not_found", 1),
            (422, "unknown_kind", 64), (400, "malformed", 64), (421, "foreign_host", 77), (500, "internal", 1),
        ] as [(Int, String, Int32)])
    func refusals(_ http: Int, _ code: String, _ status: Int32) async throws {
        try await StubNode.with { _ in
            .problem(http, code, "it was refused", hint: "Do this.")
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "--url", url).rawValue == status)
            #expect(tool.output == "")
            #expect(tool.messages == "Error: it was refused\nHint: Do this.\n")
        }
    }

    @Test("every problem of a request is told")
    func problems() async throws {
        try await StubNode.with { _ in
            .problem(
                422, "invalid_arguments", "'a' is missing (and 1 more)", problems: ["'a' is missing", "'b' is missing"])
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "--url", url) == .usage)
            #expect(tool.messages.contains("  'a' is missing\n  'b' is missing\n"))
        }
    }

    @Test("Retry-After becomes the hint when there is no other")
    func retryAfter() async throws {
        try await StubNode.with { _ in
            StubReply(status: 429, headers: [("retry-after", "7")], body: #"{"code":"queue_full","detail":"full"}"#)
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("queue", "ls", "--url", url) == .refusedForNow)
            #expect(tool.messages == "Error: full\nHint: Try again in 7 s.\n")
        }
    }

    @Test(
        "another program at the address is not taken for a node",
        arguments: [
            StubReply(status: 200, body: "<html>"), StubReply(status: 404, body: "not here"),
            StubReply(status: 302, headers: [("location", "http://127.0.0.1:1/")], body: ""),
            StubReply(status: 200, body: String(repeating: "[", count: 10_000)), StubReply(status: 502, body: "{}"),
        ])
    func foreign(_ reply: StubReply) async throws {
        try await StubNode.with { _ in
            reply
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("queue", "ls", "--url", url) == .unreachable)
            #expect(tool.messages.contains("no Mainspring node"))
            #expect(node.requests.count == 1)
        }
    }

    @Test("an answer without bounds is refused")
    func tooLarge() async throws {
        let body = String(repeating: " ", count: NodeClient.maxAnswerBytes + 1)
        try await StubNode.with { _ in
            StubReply(status: 200, body: body)
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("queue", "ls", "--url", url) == .usage)
            #expect(tool.messages.contains("larger than"))
        }
    }

    @Test("a node that does not answer is unreachable")
    func silent() async throws {
        try await StubNode.with { _ in
            nil
        } _: { _, url in
            let tool = TestTool(.init(answerTime: .milliseconds(50)))
            #expect(await tool.run("queue", "ls", "--url", url) == .unreachable)
            #expect(tool.messages.contains("did not answer in time\nHint: "))
        }
    }

    @Test("nobody at the address is unreachable, with the reason")
    func nobody() async throws {
        let tool = TestTool()
        #expect(await tool.run("queue", "ls", "--url", "http://127.0.0.1:1") == .unreachable)
        #expect(tool.messages.contains("http://127.0.0.1:1: connection refused\nHint: "))
    }
}
