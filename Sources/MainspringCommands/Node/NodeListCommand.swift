import ArgumentParser
import MainspringCore

struct NodeListCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the live nodes of the store.",
        discussion: """
            The leader promotes, fires and reclaims jobs for all of them. QUEUES are those that a node works on, with its \
            workers; SEEN is how long ago it last gave a sign of life. STORE, with Redis, is how the node that is asked \
            stands with it: primary, spooling while it is away, draining after that.

            Example:
              mainspring node ls
            """)

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.get("nodes") }
        try ListOutput(node.format).show(answer, in: context) { Self.table($0, now: context.time.now()) }
        return .success
    }

    static func table(_ nodes: [JSONValue], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("NODE", isWhole: true), .init("STATE"), .init("STORE"), .init("LEADER"), .init("HOST"),
            .init("PID", isRight: true),
            .init("URL"), .init("UP", isRight: true), .init("SEEN", isRight: true), .init("QUEUES"),
        ]
        return Table(
            columns,
            rows: nodes.map { node in
                let isDraining = node["draining"]?.bool ?? false
                let queues = (node["queues"]?.object ?? [:]).sorted { $0.key < $1.key }
                return [
                    .init(node["name"]?.string ?? ""),
                    .init(isDraining ? "draining" : "running", isDraining ? .yellow : .green),
                    store(node["failover"]?.string),
                    .init(node["leader"]?.bool == true ? "leader" : ""), .init(node["host"]?.string ?? ""),
                    .init(node["pid"]?.integer.map { "\($0)" } ?? "-"), .init(node["url"]?.string ?? "-"),
                    .init(age(node["started_at"], now: now)), .init(age(node["seen_at"], now: now)),
                    .init(queues.map { "\($0.key) \($0.value.integer ?? 0)" }.joined(separator: ", "), .gray),
                ]
            })
    }

    private static func store(_ state: String?) -> Table.Cell {
        .init(state ?? "-", state.map { $0 == "primary" ? .green : .yellow } ?? .gray)
    }

    /// Never below zero: the clocks of two hosts differ.
    private static func age(_ time: JSONValue?, now: Timestamp) -> String {
        time?.string.flatMap { Timestamp(rfc3339: $0) }.map { max(.zero, now - $0).forPeople } ?? "-"
    }
}
