import MainspringCore
import Synchronization
import Testing

@testable import MainspringCommands

@Suite("store move and drill failover")
struct StoreMoveCommandTests {
    private let answer = StoreMoveAnswer(
        jobs: 7, moved: 5, alreadyThere: 2, yielded: 1, reclaimed: 3, pausedQueues: 1, schedules: 2)

    @Test("a move says what it did, and warns of the source that stays")
    func said() async throws {
        let program = StubProgram(move: answer)
        let tool = TestTool(.init(directory: "/d", program: program))
        let status = await tool.run("store", "move", "jobs.db", "redis://h/0", "--to-namespace", "market")
        #expect(status == .success)
        #expect(
            tool.output.split(separator: "\n").map(String.init) == [
                "5 jobs moved, of 7.", "2 jobs had arrived before.", "3 jobs had been running on a node that died.",
                "1 job ended as cancelled: another of the target has the unique key.", "1 queue stay paused.",
                "2 schedules go on where they were.",
            ])
        #expect(tool.messages.contains("start no node on it"))
        let request = try #require(program.moves.value.withLock { $0.first })
        #expect(request.from.text == "jobs.db" && request.from.directory == "/d" && request.from.namespace == nil)
        #expect(request.to.text == "redis://h/0" && request.to.namespace == "market" && !request.removes)
    }

    @Test("with --remove it says that the source is gone, and as JSON it says all in numbers")
    func removed() async throws {
        let tool = TestTool(.init(program: StubProgram(move: answer)))
        #expect(await tool.run("store", "move", "a.db", "b.db", "--remove") == .success)
        #expect(tool.output.hasSuffix("The source is gone.\n") && tool.messages.isEmpty)
        let other = TestTool(.init(program: StubProgram(move: answer)))
        #expect(await other.run("store", "move", "a.db", "b.db", "-o", "jsonl") == .success)
        #expect(
            try JSONParser.parse(other.output) == [
                "jobs": 7, "moved": 5, "already_there": 2, "yielded": 1, "reclaimed": 3, "paused_queues": 1,
                "schedules": 2, "removed": false,
            ])
    }

    @Test("a drill prints each check, and exits 1 when one failed")
    func drill() async throws {
        for passed in [true, false] {
            let checks: JSONValue = [
                ["name": "none was lost", "passed": .bool(passed), "detail": "9 of 9"],
                ["name": "in order", "passed": true, "detail": "as added"],
            ]
            try await StubNode.with { _ in
                .json(["passed": .bool(passed), "jobs": 9, "checks": checks])
            } _: { node, url in
                let tool = TestTool()
                let status = await tool.run("drill", "failover", "--for", "500ms", "--url", url)
                #expect(status == (passed ? .success : .failed))
                #expect(tool.output.contains(passed ? "pass" : "FAIL") && tool.output.contains("as added"))
                #expect(node.requests.map(\.uri) == ["/v1/drills/failover"])
                #expect(node.requests.first?.body?["for_seconds"]?.double == 0.5)
            }
        }
        #expect(await TestTool().run("drill", "failover", "--for", "2m") == .usage)
    }
}
