import ArgumentParser
import MainspringCore

struct StoreMoveCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Take all jobs from one store to another: from SQLite to Redis, and back.",
        discussion: """
            Jobs move with their ids, states, attempts and outputs; so do paused queues and the last instants of schedules. \
            Stop every node of both stores first; while one lives, it is refused (75). It can be cut off at any time and \
            begun again: what has arrived is passed over. The source keeps its jobs, so start no node on it afterwards, or \
            give --remove. Jobs that ran on a node that died are made available first.

            FROM and TO are each a configuration file, whose store it is; the path of a database; or a URL. A configuration \
            file also says the namespace, and keeps a password out of the list of processes.

            Examples:
              mainspring store move .mainspring/jobs.db redis://127.0.0.1:6379/0
              mainspring store move old.yaml mainspring.yaml --remove
            """)

    @Argument(help: "The store to take from.", completion: .file())
    var from: String

    @Argument(help: "The store to bring to; it may hold jobs already.", completion: .file())
    var to: String

    @Option(help: ArgumentHelp("Of FROM, when it is a URL; by default 'mainspring'.", valueName: "name"))
    var fromNamespace: String?

    @Option(help: ArgumentHelp("Of TO, when it is a URL; by default 'mainspring'.", valueName: "name"))
    var toNamespace: String?

    @Flag(help: "Remove the source, once everything has arrived.")
    var remove = false

    @OptionGroup var output: OutputOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let request = StoreMoveRequest(
            from: place(from, fromNamespace, context), to: place(to, toNamespace, context), removes: remove)
        let answer = try await context.program.moveStore(request)
        let json: JSONValue = [
            "jobs": .integer(Int64(answer.jobs)), "moved": .integer(Int64(answer.moved)),
            "already_there": .integer(Int64(answer.alreadyThere)), "yielded": .integer(Int64(answer.yielded)),
            "reclaimed": .integer(Int64(answer.reclaimed)), "paused_queues": .integer(Int64(answer.pausedQueues)),
            "schedules": .integer(Int64(answer.schedules)), "removed": .bool(remove),
        ]
        switch output.format {
        case .table: try context.output.text(sentences(answer))
        case .json: try context.output.json(json, pretty: true)
        case .jsonl: try context.output.json(json)
        }
        if !remove, answer.jobs > 0 {
            try context.note("The source still has them: start no node on it, or the jobs that wait run twice.")
        }
        return .success
    }

    private func place(_ text: String, _ namespace: String?, _ context: CommandContext) -> StoreMoveRequest.Place {
        .init(text: text, namespace: namespace, directory: context.directory, environment: context.environment)
    }

    private func sentences(_ answer: StoreMoveAnswer) -> String {
        var lines = ["\(Self.count(answer.moved, "job")) moved, of \(answer.jobs)."]
        if answer.alreadyThere > 0 { lines.append("\(Self.count(answer.alreadyThere, "job")) had arrived before.") }
        if answer.reclaimed > 0 {
            lines.append("\(Self.count(answer.reclaimed, "job")) had been running on a node that died.")
        }
        if answer.yielded > 0 {
            lines.append(
                "\(Self.count(answer.yielded, "job")) ended as cancelled: another of the target has the unique key.")
        }
        if answer.pausedQueues > 0 { lines.append("\(Self.count(answer.pausedQueues, "queue")) stay paused.") }
        if answer.schedules > 0 { lines.append("\(Self.count(answer.schedules, "schedule")) go on where they were.") }
        if remove { lines.append("The source is gone.") }
        return lines.joined(separator: "\n")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
