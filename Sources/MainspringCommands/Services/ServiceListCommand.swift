import ArgumentParser
import MainspringCore

struct ServiceListCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List services with their state, in the order in which they start.",
        discussion: """
            Example:
              mainspring service ls
            """)

    @OptionGroup var node: NodeOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let answer = try await NodeClient.with(node, in: context) { try await $0.get("services") }
        try ListOutput(node.format).show(answer, in: context) { Self.table($0, now: context.time.now()) }
        return .success
    }

    static func table(_ services: [JSONValue], now: Timestamp) -> Table {
        let columns: [Table.Column] = [
            .init("SERVICE", isWhole: true), .init("STATE"), .init("READY"), .init("PID", isRight: true),
            .init("RESTARTS", isRight: true), .init("SINCE", isRight: true), .init("DETAIL"),
        ]
        return Table(
            columns,
            rows: services.map { service in
                let state = service["state"]?.string ?? ""
                let since = time(service, "since").map { (now - $0).forPeople } ?? ""
                return [
                    .init(service["name"]?.string ?? ""), .init(state, color(of: state)),
                    .init(service["ready"]?.bool == true ? "yes" : "no"),
                    .init(service["pid"]?.integer.map { "\($0)" } ?? "-"),
                    .init("\(service["restarts"]?.integer ?? 0)"), .init(since),
                    .init(detail(service, now: now), .gray),
                ]
            })
    }

    private static func detail(_ service: JSONValue, now: Timestamp) -> String {
        let again = time(service, "restarts_at").map { "starts in \(($0 - now).forPeople)" }
        let exit = service["last_exit"]?.string.map { "last: \($0)" }
        return [again, exit].compactMap(\.self).joined(separator: "; ")
    }

    private static func time(_ service: JSONValue, _ name: String) -> Timestamp? {
        service[name]?.string.flatMap { Timestamp(rfc3339: $0) }
    }

    static func color(of state: String) -> Table.Color? {
        switch state {
        case "running": .green
        case "backing_off", "degraded", "failed": .red
        case "stopped": .gray
        default: .yellow
        }
    }
}
