import ArgumentParser
import MainspringCore

struct NodeStopCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop a node in order, as SIGTERM does; or see what that would do.",
        discussion: """
            --dry-run stops nothing: it lists who would end by itself and who would be cut, from timeouts and from how long \
            earlier stops took. It is about the node that is asked.

            Examples:
              mainspring node stop --dry-run
              mainspring node stop market-2
            """)

    @OptionGroup var target: NodeName

    @Flag(help: "Stop nothing; tell who would be cut.")
    var dryRun = false

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let (name, answer) = try await NodeClient.with(node, in: context) { client in
            let name = try await target.resolved(by: client)
            let body: JSONValue = ["dry_run": .bool(dryRun)]
            return (name, try await client.post("nodes", name, "stop", body: body))
        }
        guard dryRun else {
            return try ActionOutput(node.format).show(answer, sentence: "The node \(name) is stopping.", in: context)
        }
        switch node.format {
        case .table: try show(answer, of: name, in: context)
        case .json: try context.output.json(answer, pretty: true)
        case .jsonl: for item in answer["items"]?.array ?? [] { try context.output.json(item) }
        }
        return .success
    }

    private func show(_ answer: JSONValue, of name: String, in context: CommandContext) throws {
        let items = answer["items"]?.array ?? []
        if !items.isEmpty { try context.output.table(Self.table(items)) }
        let cut = items.count { $0["fate"]?.string == "cut" }
        let end = "\(name) would be gone within \(Self.duration(answer["by_seconds"]))"
        let verdict = cut == 0 ? "nobody is known to be cut" : "\(cut) would be cut"
        try context.output.text("\(items.isEmpty ? "Nothing runs: " : "")\(end); \(verdict).")
    }

    private static func table(_ items: [JSONValue]) -> Table {
        Table(
            [.init("NAME", isWhole: true), .init("KIND"), .init("FATE"), .init("BY", isRight: true), .init("WHY")],
            rows: items.map { item in
                let fate = item["fate"]?.string ?? ""
                return [
                    .init(item["name"]?.string ?? ""), .init(item["kind"]?.string ?? ""), .init(fate, color(of: fate)),
                    .init(duration(item["by_seconds"])), .init(item["reason"]?.string ?? "", .gray),
                ]
            })
    }

    private static func color(of fate: String) -> Table.Color? {
        switch fate {
        case "ends": .green
        case "cut": .red
        default: .yellow
        }
    }

    private static func duration(_ value: JSONValue?) -> String {
        Duration.seconds(value?.double ?? 0).forPeople
    }
}
