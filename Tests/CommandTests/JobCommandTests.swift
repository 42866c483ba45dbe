import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringCommands

@Suite("Job commands")
struct JobCommandTests {
    @Test("job add prints the id and nothing else on standard output")
    func add() async throws {
        try await StubNode.with { _ in
            .json(sampleJob(), status: 201)
        } _: { node, url in
            let tool = TestTool()
            let status = await tool.run(
                "job", "add", "scan", "symbol=AAPL", "days:=20", "--in", "1h30m", "--priority", "high", "--queue",
                "reports", "--id",
                "job-1", "--url", url)
            #expect(status == .success)
            #expect(tool.output == "job-1\n")
            #expect(tool.messages == "available in queue default\n")
            #expect(
                node.requests == [
                    StubRequest(
                        method: "POST", uri: "/v1/jobs", contentType: "application/json",
                        body: [
                            "kind": "scan", "args": ["symbol": "AAPL", "days": 20], "in": "1h30m", "priority": "high",
                            "queue": "reports",
                            "id": "job-1",
                        ])
                ])
        }
    }

    @Test("--json takes an object, from standard input too")
    func addJSON() async throws {
        try await StubNode.with { _ in
            .json(sampleJob(), status: 201)
        } _: { node, url in
            let tool = TestTool(.init(input: #"{"symbol":"MSFT"}"#))
            #expect(
                await tool.run("job", "add", "scan", "--json", "-", "--at", "2026-02-01T00:00:00+07:00", "--url", url)
                    == .success)
            #expect(
                node.requests.first?.body == [
                    "kind": "scan", "args": ["symbol": "MSFT"], "at": "2026-01-31T17:00:00.000Z",
                ])
        }
    }

    @Test("text is sent once more as the type that the kind declares")
    func coercion() async throws {
        try await StubNode.with { request in
            request.body?["args"]?["count"] == 5
                ? .json(sampleJob(), status: 201)
                : .problem(
                    422, "invalid_arguments", "'count' must be an integer", problems: ["'count' must be an integer"])
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "symbol=5", "count=5", "--url", url) == .success)
            #expect(
                node.requests.map { $0.body?["args"] } == [
                    ["symbol": "5", "count": "5"], ["symbol": "5", "count": 5],
                ])
        }
    }

    @Test("a text that is no such type is refused at once, with the way to write it")
    func noCoercion() async throws {
        try await StubNode.with { _ in
            .problem(422, "invalid_arguments", "'count' must be an integer", problems: ["'count' must be an integer"])
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "count=five", "--url", url) == .usage)
            #expect(node.requests.count == 1)
            #expect(tool.messages.contains("Hint: NAME=TEXT is text; write NAME:=JSON"))
        }
    }

    @Test(
        "wrong usage exits 64 before anything is sent",
        arguments: [
            ["job", "add"], ["job", "add", "scan", "x"], ["job", "add", "scan", "a=1", "--json", "{}"],
            ["job", "add", "scan", "--json", "[]"], ["job", "add", "scan", "--json", "{"],
            ["job", "add", "scan", "--in", "5"],
            ["job", "add", "scan", "--in", "5s", "--at", "2026-01-01"], ["job", "add", "scan", "--priority", "urgent"],
            ["job", "add", "scan", "--id", "a b"], ["job", "show", "../x"], ["job", "ls", "--limit", "0"],
            ["job", "nope"], ["nope"],
            ["queue", "ls", "-o", "xml"], ["queue", "ls", "--state", "x"], ["run", "--queues", "a,,b"],
            ["service", "logs", "feed", "--lines", "0"],
        ])
    func usage(_ arguments: [String]) async throws {
        try await StubNode.with { _ in
            .json([:])
        } _: { node, url in
            let tool = TestTool()
            let status = await CommandLineTool(context: tool.context).run(
                arguments.first == "run" || arguments == ["nope"] ? arguments : arguments + ["--url", url])
            #expect(status == .usage)
            #expect(tool.output == "")
            #expect(!tool.messages.isEmpty)
            #expect(node.requests.isEmpty)
        }
    }

    @Test("--wait prints the result and exits by how the job ended")
    func addAndWait() async throws {
        try await StubNode.with { request in
            request.method == "POST"
                ? .json(sampleJob(), status: 201)
                : .json(sampleJob(state: "completed", result: ["signal": "buy"], attempt: 1))
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("job", "add", "scan", "--wait", "30s", "--url", url) == .success)
            #expect(tool.output == "{\"signal\":\"buy\"}\n")
            #expect(node.requests.last?.uri == "/v1/jobs/job-1?wait=20s")
        }
    }

    @Test("a job that was discarded exits 12 and says why on standard error")
    func discarded() async throws {
        let job = sampleJob(
            state: "discarded", error: ["code": "exit_1", "message": "the command exited with 1"], attempt: 5)
        try await StubNode.with { _ in
            .json(job)
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "wait", "job-1", "--url", url) == .jobDiscarded)
            #expect(tool.output == "")
            #expect(
                tool.messages.hasPrefix(
                    "The job job-1 was discarded after 5 of 5 attempts: exit_1: the command exited with 1."))
        }
    }

    @Test("the wait ends with its time, even at a node that answers at once")
    func timeout() async throws {
        try await StubNode.with { _ in
            .json(sampleJob(state: "running"))
        } _: { _, url in
            let tool = TestTool()
            async let status = tool.run("job", "wait", "job-1", "--timeout", "1s", "--url", url)
            for _ in 0..<4 {
                await tool.time.timersPending()
                tool.time.advance(by: .milliseconds(250))
            }
            #expect(await status == .timedOut)
            #expect(tool.messages.contains("The time is over; the job job-1 is running."))
        }
    }

    @Test("Ctrl-C during a wait exits 130 and says that the job goes on")
    func interrupt() async throws {
        let tool = TestTool()
        try await StubNode.with { request in
            guard request.uri.contains("wait=") else { return .json(sampleJob(state: "running")) }
            tool.interrupt()
            return nil
        } _: { _, url in
            #expect(await tool.run("job", "wait", "job-1", "--url", url) == .interrupted)
            #expect(tool.output == "")
            #expect(tool.messages.contains("mainspring job wait job-1"))
        }
    }

    @Test("job ls follows pages up to its limit")
    func list() async throws {
        try await StubNode.with { request in
            let number = request.uri.contains("cursor=2") ? 2 : 1
            return .json([
                "data": [
                    sampleJob(
                        id: "job-\(number)", state: "retryable", error: ["code": "exit_1", "message": "\u{1B}[31m"])
                ],
                "next": .string("\(number + 1)"),
            ])
        } _: { node, url in
            let tool = TestTool()
            #expect(
                await tool.run("job", "ls", "kind:scan", "state:retryable", "--limit", "2", "--url", url) == .success)
            #expect(
                node.requests.map(\.uri) == [
                    "/v1/jobs?limit=2&q=kind%3Ascan%20state%3Aretryable",
                    "/v1/jobs?limit=1&q=kind%3Ascan%20state%3Aretryable&cursor=2",
                ])
            #expect(
                tool.output.split(separator: "\n").map(String.init) == [
                    "ID     KIND  STATE      QUEUE    ATTEMPTS    AGE  DETAIL",
                    "job-1  scan  retryable  default  0 of 5    2m 0s  exit_1: \\x1b[31m",
                    "job-2  scan  retryable  default  0 of 5    2m 0s  exit_1: \\x1b[31m",
                ])
            #expect(tool.messages == "There are more; --limit shows them.\n")
        }
    }

    @Test("jsonl gives one compact document per job")
    func listLines() async throws {
        let jobs = [sampleJob(id: "a"), sampleJob(id: "b")]
        try await StubNode.with { _ in
            .json(["data": .array(jobs), "next": .null])
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "ls", "-o", "jsonl", "--url", url) == .success)
            #expect(tool.output == jobs.map { $0.compactText + "\n" }.joined())
        }
    }

    @Test("of several jobs, the ones that cannot be cancelled are named and the rest are")
    func cancelSeveral() async throws {
        try await StubNode.with { request in
            request.uri.contains("/b/")
                ? .problem(404, "not_found", "there is no such job") : .json(sampleJob(id: "a", state: "cancelled"))
        } _: { node, url in
            let tool = TestTool()
            #expect(await tool.run("job", "cancel", "a", "b", "c", "--url", url) == .failed)
            #expect(node.requests.map(\.uri) == ["/v1/jobs/a/cancel", "/v1/jobs/b/cancel", "/v1/jobs/c/cancel"])
            #expect(tool.messages.hasPrefix("Error: b: there is no such job\n"))
            #expect(tool.output.contains("cancelled"))
        }
    }

    @Test("job logs shows escape sequences in a table and keeps them in JSON")
    func logs() async throws {
        let log: JSONValue = [
            "number": 1, "started_at": "2026-01-01T00:00:00.000Z", "stdout": "\u{1B}]0;x\u{7}ok\n", "stderr": "",
            "dropped_bytes": 3,
        ]
        try await StubNode.with { _ in
            .json(["data": [log], "next": .null])
        } _: { _, url in
            let table = TestTool()
            #expect(await table.run("job", "logs", "job-1", "--url", url) == .success)
            #expect(table.output.hasSuffix("standard output, without its first 3 bytes\n\\x1b]0;x\\x07ok\n"))
            let json = TestTool()
            #expect(await json.run("job", "logs", "job-1", "-o", "jsonl", "--url", url) == .success)
            let parsed = try JSONParser.parse(String(json.output.dropLast()))
            #expect(parsed == log)
            #expect(!json.output.unicodeScalars.contains("\u{1B}"))
        }
    }

    @Test("job show tells the attempts and the error")
    func show() async throws {
        let job: JSONValue = .object(
            sampleJob(
                state: "discarded", error: ["code": "exit_1", "message": "it failed", "detail": "line\n\u{1B}[1m"],
                attempt: 1
            )
            .object!.merging([
                "attempts": [
                    [
                        "number": 1, "node": "n", "started_at": "2025-12-31T23:59:00.000Z",
                        "finished_at": "2025-12-31T23:59:02.000Z",
                        "outcome": "failure", "error": ["code": "exit_1", "message": "it failed"],
                    ]
                ]
            ]) { $1 })  // a sample is an object
        try await StubNode.with { _ in
            .json(job)
        } _: { _, url in
            let tool = TestTool()
            #expect(await tool.run("job", "show", "job-1", "--url", url) == .success)
            #expect(tool.output.contains("State      discarded (exit_1: it failed)\n"))
            #expect(tool.output.contains("Error      exit_1: it failed\n           line\n           \\x1b[1m\n"))
            #expect(tool.output.contains("2025-12-31T23:59:00.000Z  2.0s  failure  exit_1: it failed\n"))
        }
    }
}
