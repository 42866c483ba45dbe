import ArgumentParser
import MainspringCore

struct QueueListCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List queues with their jobs and workers.",
        discussion: """
            BUSY counts the running jobs of this node beside its workers; of the AVAILABLE jobs, no live node can run those \
            that are PARKED; OLDEST is how long the first available job has waited.

            Example:
              mainspring queue ls
            """)

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.get("queues") }
        try ListOutput(node.format).show(answer, in: context) { Self.table($0) }
        return .success
    }

    static func table(_ queues: [JSONValue]) -> Table {
        let states = ["available", "scheduled", "retryable", "running", "discarded"]
        let columns =
            [Table.Column("QUEUE", isWhole: true), .init("STATE"), .init("BUSY", isRight: true)]
            + states.map { .init($0.uppercased(), isRight: true) } + [
                .init("PARKED", isRight: true), .init("LIMIT", isRight: true), .init("OLDEST", isRight: true),
            ]
        return Table(
            columns,
            rows: queues.map { queue in
                let isPaused = queue["paused"]?.bool ?? false
                let workers = queue["workers"]?.integer.map { "\(queue["busy"]?.integer ?? 0)/\($0)" } ?? "-"
                let counts = states.map { Table.Cell("\(queue["counts"]?[$0]?.integer ?? 0)") }
                let oldest = queue["oldest_seconds"]?.double.map { Duration.seconds($0).forPeople } ?? "-"
                return [
                    .init(queue["name"]?.string ?? ""), .init(isPaused ? "paused" : "active", isPaused ? .yellow : nil),
                    .init(workers),
                ]
                    + counts + [
                        .init("\(queue["parked"]?.integer ?? 0)"),
                        .init(queue["limit"]?.integer.map { "\($0)" } ?? "-"), .init(oldest),
                    ]
            })
    }
}
