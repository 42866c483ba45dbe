import MainspringCore
import Synchronization
import Testing

@testable import MainspringCommands

@Suite("Queues, services and the commands without a node")
struct NodeCommandTests {
    @Test("queue ls shows jobs by state and workers")
    func queues() async throws {
        let queue: JSONValue = [
            "name": "default", "paused": true, "workers": 10, "busy": 3, "limit": 10000, "oldest_seconds": 75,
            "counts": ["available": 4, "running": 3], "parked": 2,
        ]
        try await StubNode.with { _ in
            .json(["data": [queue], "next": .null])
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("queue", "ls", "--url", url) == .success)
            let words = tool.output.split(separator: "\n").last?.split(separator: " ").map(String.init)
            #expect(words == ["default", "paused", "3/10", "4", "0", "0", "3", "0", "2", "10000", "1m", "15s"])
            #expect(await tool.run("queue", "pause", "a/b", "--url", url) == .success)
            #expect(node.requests.map(\.uri) == ["/v1/queues", "/v1/queues/a%2Fb/pause"])
        }
    }

    @Test("service ls tells why and when a service comes back")
    func services() async throws {
        let service: JSONValue = [
            "name": "feed", "state": "backing_off", "ready": false, "pid": .null, "restarts": 4,
            "since": "2025-12-31T23:59:50.000Z",
            "last_exit": "exit 1", "restarts_at": "2026-01-01T00:00:12.000Z",
        ]
        try await StubNode.with { _ in
            .json(["data": [service], "next": .null])
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("service", "ls", "--url", url) == .success)
            #expect(
                tool.output.hasSuffix(
                    "feed     backing_off  no       -         4    10s  starts in 12s; last: exit 1\n"))
            #expect(await tool.run("service", "restart", "feed", "--url", url) == .success)
            #expect(node.requests.last?.uri == "/v1/services/feed/restart")
            #expect(node.requests.last?.method == "POST")
        }
    }

    @Test("service logs asks for so many lines and makes them harmless")
    func serviceLogs() async throws {
        try await StubNode.with { _ in
            .json(["data": ["a", "\u{1B}c"], "next": .null])
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("service", "logs", "feed", "-n", "2", "--url", url) == .success)
            #expect(tool.output == "a\n\\x1bc\n")
            #expect(node.requests.map(\.uri) == ["/v1/services/feed/logs?lines=2"])
        }
    }

    @Test("every problem of a configuration is told at once, and exits 78")
    func configurationProblems() async {
        let refusal = ConfigurationRefusal(problems: [
            .init(
                source: "m.yaml", line: 3, key: "jobs.scan.tmeout", message: "unknown key",
                hint: "did you mean 'timeout'?"),
            .init(source: "MAINSPRING_HTTP_BIND", line: nil, key: "http.bind", message: "no port", hint: nil),
        ])
        let tool = TestTool(.init(program: StubProgram(refusal: refusal)))
        #expect(await tool.run("config", "check", "m.yaml") == .configuration)
        #expect(tool.output == "")
        #expect(
            tool.messages.hasPrefix(
                "m.yaml:3: jobs.scan.tmeout: unknown key; did you mean 'timeout'?\nMAINSPRING_HTTP_BIND: http.bind: no port\nError: "
            ))
        #expect(await tool.run("config", "check", "m.yaml", "-o", "jsonl") == .configuration)
        #expect(tool.output.split(separator: "\n").count == 2)
        #expect(await tool.run("run", "m.yaml") == .configuration)
    }

    @Test("warnings of a valid configuration are told, and change no exit code")
    func configurationWarnings() async {
        let warning = ConfigurationRefusal.Problem(
            source: "m.yaml", line: 3, key: "services.db.stop.timeout", message: "too long", hint: "lower it")
        let tool = TestTool(.init(program: StubProgram(warnings: [warning])))
        #expect(await tool.run("config", "check", "m.yaml") == .success)
        #expect(tool.output == "")
        #expect(
            tool.messages
                == "m.yaml:3: warning: services.db.stop.timeout: too long; lower it\nm.yaml is valid, with a warning.\n"
        )
        #expect(await tool.run("config", "check", "m.yaml", "-o", "jsonl") == .success)
        #expect(
            tool.output == """
                {"hint":"lower it","key":"services.db.stop.timeout","line":3,"message":"too long","severity":"warning","source":"m.yaml"}

                """)
        let quiet = TestTool()
        #expect(await quiet.run("config", "check", "m.yaml", "-o", "json") == .success)
        #expect(quiet.output.filter { !$0.isWhitespace } == #"{"problems":[],"warnings":[]}"#)
    }

    @Test("config show tells origins when asked")
    func configurationListing() async {
        let tool = TestTool()
        #expect(await tool.run("config", "show", "--origin") == .success)
        #expect(await tool.run("config", "show", "-o", "jsonl") == .success)
        #expect(tool.output == "name: market  # mainspring.yaml:1\n{\"key\":\"name\",\"value\":\"market\"}\n")
    }

    @Test("run passes on what was asked for, and the node's exit code comes back")
    func run() async {
        let program = StubProgram(status: .timedOut)
        let tool = TestTool(.init(environment: ["A": "b"], directory: "/d", program: program))
        #expect(await tool.run("run", "m.yaml", "--queues", "a,b", "--state", "s") == .timedOut)
        let source = ConfigurationSource(
            path: "m.yaml", directory: "/d", environment: ["A": "b"], flags: ["state": "/d/s"])
        let requests = program.requests.value.withLock { $0 }
        #expect(requests == [RunRequest(configuration: source, queues: ["a", "b"])])
    }

    @Test("alone it prints the overview; help is data, wrong usage is not")
    func overview() async {
        let tool = TestTool()
        #expect(await tool.run() == .success)
        #expect(tool.output.contains("SUBCOMMANDS"))
        #expect(tool.messages == "")
        #expect(await tool.run("job") == .success)
        #expect(await tool.run("--generate-completion-script", "bash") == .success)
    }

    @Test("version prints the version")
    func version() async {
        let tool = TestTool()
        #expect(await tool.run("version") == .success)
        #expect(await tool.run("version", "-o", "json") == .success)
        #expect(
            tool.output == "mainspring \(MainspringVersion.current)\n{\"version\":\"\(MainspringVersion.current)\"}\n")
    }
}
