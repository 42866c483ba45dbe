import ArgumentParser
import MainspringCore

struct ConfigCheckCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every problem of a configuration at once.",
        discussion: """
            Exits 78 when there is one. With -o json the problems are data, on standard output.

            Examples:
              mainspring config check
              mainspring config check market.yaml -o json
            """)

    @OptionGroup var configuration: ConfigurationArgument

    func run(in context: CommandContext) async throws -> ExitStatus {
        do {
            try context.program.checkConfiguration(configuration.source(in: context))
        } catch let refusal as ConfigurationRefusal where configuration.output.format != .table {
            try show(refusal.problems, in: context)
            return ExitStatus(refusal.code)
        }
        switch configuration.output.format {
        case .table: try context.note("\(configuration.config) is valid.")
        case .json: try show([], in: context)
        case .jsonl: break
        }
        return .success
    }

    private func show(_ problems: [ConfigurationRefusal.Problem], in context: CommandContext) throws {
        let items = problems.map(ConfigurationLine.json)
        switch configuration.output.format {
        case .jsonl: for item in items { try context.output.json(item) }
        default: try context.output.json(["problems": .array(items)], pretty: true)
        }
    }
}

/// One problem of a configuration, as text and as JSON.
enum ConfigurationLine {
    /// `mainspring.yaml:12: jobs.scan.time_out: unknown key; did you mean 'timeout'?`
    static func text(_ problem: ConfigurationRefusal.Problem) -> String {
        var text = problem.source
        if let line = problem.line { text += ":\(line)" }
        if !problem.key.isEmpty { text += ": \(problem.key)" }
        return text + ": \(problem.message)" + (problem.hint.map { "; \($0)" } ?? "")
    }

    static func json(_ problem: ConfigurationRefusal.Problem) -> JSONValue {
        [
            "source": .string(problem.source), "line": problem.line.map { .integer(Int64($0)) } ?? .null,
            "key": .string(problem.key), "message": .string(problem.message),
            "hint": problem.hint.map { .string($0) } ?? .null,
        ]
    }
}
