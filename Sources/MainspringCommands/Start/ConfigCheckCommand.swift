import ArgumentParser
import MainspringCore

struct ConfigCheckCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every problem of a configuration at once.",
        discussion: """
            Exits 78 when there is one. What is valid and may surprise is a warning, and changes no exit code. With -o json \
            problems and warnings are data, on standard output.

            Examples:
              mainspring config check
              mainspring config check market.yaml -o json
            """)

    @OptionGroup var configuration: ConfigurationArgument

    func run(in context: CommandContext) async throws -> ExitStatus {
        do {
            let warnings = try context.program.checkConfiguration(configuration.source(in: context))
            try show([], warnings: warnings, in: context)
            return .success
        } catch let refusal as ConfigurationRefusal where configuration.output.format != .table {
            try show(refusal.problems, warnings: [], in: context)
            return ExitStatus(refusal.code)
        }
    }

    private func show(
        _ problems: [ConfigurationRefusal.Problem], warnings: [ConfigurationRefusal.Problem], in context: CommandContext
    ) throws {
        let errors = problems.map { ConfigurationLine.json($0, severity: "error") }
        let others = warnings.map { ConfigurationLine.json($0, severity: "warning") }
        switch configuration.output.format {
        case .table:
            for warning in warnings { try context.note(ConfigurationLine.text(warning, isWarning: true)) }
            let count = warnings.count == 1 ? ", with a warning" : ", with \(warnings.count) warnings"
            try context.note("\(configuration.config) is valid\(warnings.isEmpty ? "" : count).")
        case .json:
            try context.output.json(["problems": .array(errors), "warnings": .array(others)], pretty: true)
        case .jsonl: for item in errors + others { try context.output.json(item) }
        }
    }
}

/// One problem of a configuration, as text and as JSON.
enum ConfigurationLine {
    /// `mainspring.yaml:12: jobs.scan.time_out: unknown key; did you mean 'timeout'?`
    static func text(_ problem: ConfigurationRefusal.Problem, isWarning: Bool = false) -> String {
        var text = problem.source
        if let line = problem.line { text += ":\(line)" }
        if isWarning { text += ": warning" }
        if !problem.key.isEmpty { text += ": \(problem.key)" }
        return text + ": \(problem.message)" + (problem.hint.map { "; \($0)" } ?? "")
    }

    static func json(_ problem: ConfigurationRefusal.Problem, severity: String) -> JSONValue {
        [
            "severity": .string(severity),
            "source": .string(problem.source), "line": problem.line.map { .integer(Int64($0)) } ?? .null,
            "key": .string(problem.key), "message": .string(problem.message),
            "hint": problem.hint.map { .string($0) } ?? .null,
        ]
    }
}
