import ArgumentParser
import MainspringCore

struct JobAddCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a job and print its id.",
        discussion: """
            An argument NAME=TEXT is text; NAME:=JSON is any JSON value. Text that reads as an integer, a number, true or \
            false is sent as that when the kind declares it so. --json takes all arguments as one JSON object; '-' reads it \
            from standard input.

            With --wait the result is printed instead of the id. Then it exits 0 when the job completed, 11 cancelled, \
            12 discarded; when the time is over first, 10 if the job waits for another attempt after a failed one, else \
            124. The job goes on in any case.

            An unknown kind or a refused argument exits 64, a full queue 75.

            Examples:
              mainspring job add scan symbol=AAPL
              mainspring job add scan symbol=AAPL days=20 --wait 30s
              mainspring job add notify channel=ops signal:='{"side":"buy"}'
              mainspring job add report --at 2026-11-01T17:00:00Z --id report-2026-11-01
              echo '{"symbol":"AAPL"}' | mainspring job add scan --json -
            """)

    private static let maxInputBytes = 8 << 20

    @Argument(help: "The job kind, as declared under 'jobs'.")
    var kind: String

    @Argument(help: ArgumentHelp("Arguments: NAME=TEXT or NAME:=JSON.", valueName: "name=value"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("All arguments as a JSON object; '-' reads standard input.", valueName: "object"))
    var json: String?

    @Option(help: ArgumentHelp("Wait this long for the end, for instance 30s.", valueName: "duration"))
    var wait: DurationOption?

    @Option(
        name: .customLong("in"), help: ArgumentHelp("Run it after this time, for instance 5m.", valueName: "duration"))
    var delay: DurationOption?

    @Option(name: .customLong("at"), help: ArgumentHelp("Run it at this time, in RFC 3339.", valueName: "time"))
    var instant: InstantOption?

    @Option(help: "A head start in time; by default the kind's.")
    var priority: JobPriority?

    @Option(help: "The queue; by default the kind's.")
    var queue: String?

    @Option(help: "Your own id, of A-Z a-z 0-9 . _ -; the same id with the same content is the same job.")
    var id: JobID?

    @OptionGroup var node: NodeOptions

    func validate() throws {
        if delay != nil, instant != nil { throw ValidationError("--in and --at both set the time; give one of them.") }
        if json != nil, !arguments.isEmpty {
            throw ValidationError("--json and NAME=VALUE both give arguments; use one of them.")
        }
    }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let words = try argumentWords()
        let object = try json.map { try objectArguments($0, context) }
        return try await NodeClient.with(node, in: context) { client in
            let job = try await add(words, object: object, to: client)
            return try await finish(job, client: client, context: context)
        }
    }

    /// When only types are wrong and the texts read as them, the request is sent once more; nothing was written before.
    private func add(_ words: ArgumentWords, object: JSONValue?, to client: NodeClient) async throws -> JSONValue {
        do {
            return try await client.post("jobs", body: body(object ?? .object(words.values)))
        } catch let refusal as NodeRefusal where refusal.code == .invalidArguments {
            let problems = refusal.problems.isEmpty ? [refusal.message] : refusal.problems
            if object == nil, let coerced = words.coerced(by: problems) {
                return try await client.post("jobs", body: body(.object(coerced)))
            }
            var refusal = refusal
            if problems.contains(where: { $0.contains(" must be a") }) {
                refusal.hint = "NAME=TEXT is text; write NAME:=JSON for another type, for instance count:=5."
            }
            throw refusal
        }
    }

    private func body(_ arguments: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = ["kind": .string(kind), "args": arguments]
        if let queue { members["queue"] = .string(queue) }
        if let priority { members["priority"] = .string(priority.rawValue) }
        if let delay { members["in"] = .string(delay.value.text) }
        if let instant { members["at"] = .string(instant.value.rfc3339) }
        if let id { members["id"] = .string(id.rawValue) }
        return .object(members)
    }

    private func finish(_ job: JSONValue, client: NodeClient, context: CommandContext) async throws -> ExitStatus {
        let view = try JobView(job)
        if view.isDuplicate { try context.note("This job was there already: \(view.id)") }
        if view.json["replaced"]?.bool == true {
            try context.note("A waiting job took over what this one brought: \(view.id)")
        }
        if let wait {
            return try await JobWaiter(client: client, context: context, format: node.format).wait(
                for: view, within: wait.value)
        }
        switch node.format {
        case .table:
            try context.output.text(view.id)
            try context.note("\(view.state) in queue \(view.queue)")
        case .json: try context.output.json(job, pretty: true)
        case .jsonl: try context.output.json(job)
        }
        return .success
    }

    private func argumentWords() throws -> ArgumentWords {
        do {
            return try ArgumentWords(arguments)
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func objectArguments(_ text: String, _ context: CommandContext) throws -> JSONValue {
        let bytes = text == "-" ? try context.readInput(Self.maxInputBytes) : Array(text.utf8)
        do {
            let value = try JSONParser.parse(bytes)
            guard value.object != nil else {
                throw ValidationError("--json takes a JSON object, such as {\"symbol\":\"AAPL\"}.")
            }
            return value
        } catch let failure as JSONParser.Failure {
            throw ValidationError("--json is not valid JSON: \(failure).")
        }
    }
}
