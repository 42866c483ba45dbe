import ArgumentParser
import MainspringCore

struct TreeCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Show everything that runs in the node, each under what supervises it.",
        discussion: """
            Example:
              mainspring tree
            """)

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.get("tree") }
        try ListOutput(node.format).show(answer, in: context) { nodes in
            Self.table(nodes, now: context.time.now())
        }
        return .success
    }

    static func table(_ nodes: [JSONValue], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("NAME", isWhole: true), .init("KIND"), .init("STATE"), .init("AGE", isRight: true),
            .init("RESTARTS", isRight: true), .init("PID", isRight: true), .init("DETAIL"),
        ]
        return Table(columns, rows: rows(nodes, indent: "", isRoot: true, now: now))
    }

    private static func rows(_ nodes: [JSONValue], indent: String, isRoot: Bool, now: Timestamp) -> [[Table.Cell]] {
        nodes.enumerated().flatMap { index, node in
            let isLast = index == nodes.count - 1
            let branch = isRoot ? "" : isLast ? "└─ " : "├─ "
            let below = isRoot ? "" : isLast ? "   " : "│  "
            return [row(node, indent + branch, now: now)]
                + rows(node["children"]?.array ?? [], indent: indent + below, isRoot: false, now: now)
        }
    }

    private static func row(_ node: JSONValue, _ prefix: String, now: Timestamp) -> [Table.Cell] {
        let state = node["state"]?.string ?? ""
        let start = (node["started_at"]?.string ?? node["since"]?.string).flatMap { Timestamp(rfc3339: $0) }
        let site = node["site"]?.string.map { "at \($0)" }
        return [
            .init(prefix + (node["name"]?.string ?? "")), .init(node["kind"]?.string ?? "", .gray),
            .init(state, ServiceListCommand.color(of: state)), .init(start.map { (now - $0).forPeople } ?? ""),
            .init("\(node["restarts"]?.integer ?? 0)"), .init(node["pid"]?.integer.map { "\($0)" } ?? "-"),
            .init(node["detail"]?.string ?? site ?? "", .gray),
        ]
    }
}
