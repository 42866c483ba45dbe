import ArgumentParser
import MainspringCore

struct DrillFailoverCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Keep the Redis store away from a node for a while, and see that nothing is lost.",
        discussion: """
            The node treats Redis as gone: new jobs go to its spool, running ones go on. Meanwhile it adds jobs of a kind of \
            its own (mainspring.drill), and checks that all were taken in, kept, brought to Redis in order, and run once. \
            Redis itself and the other nodes notice nothing. It exits 0 when all is as promised, 1 when something is not.

            Examples:
              mainspring drill failover
              mainspring drill failover --for 10s
            """)

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long Redis is away: 100ms to 60s; by default 3s.", valueName: "duration"))
    var period: DurationOption?

    @OptionGroup var node: NodeOptions

    /// The node may take a minute after the return.
    private static let patience: Duration = .seconds(70)

    func validate() throws {
        guard (Duration.milliseconds(100) ... .seconds(60)).contains(length) else {
            throw ValidationError("--for takes a duration from 100ms to 60s.")
        }
    }

    private var length: Duration { period?.value ?? .seconds(3) }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { client in
            try await client.post(
                "drills", "failover", body: ["for_seconds": .double(length.inSeconds)],
                waiting: length + Self.patience)
        }
        switch node.format {
        case .table: try context.output.table(Self.table(answer["checks"]?.array ?? []))
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: for check in answer["checks"]?.array ?? [] { try context.output.json(check) }
        }
        return answer["passed"]?.bool == true ? .success : .failed
    }

    private static func table(_ checks: [JSONValue]) -> Table {
        Table(
            [.init("RESULT"), .init("CHECK", isWhole: true), .init("SEEN")],
            rows: checks.map { check in
                let passed = check["passed"]?.bool == true
                return [
                    .init(passed ? "pass" : "FAIL", passed ? .green : .red), .init(check["name"]?.string ?? ""),
                    .init(check["detail"]?.string ?? "", .gray),
                ]
            })
    }
}
