import ArgumentParser
import MainspringCore

/// An error as the user sees it: what happened, what to do next, and the exit code.
struct FailureReport {
    var lines: [String]
    var status: ExitStatus
    /// Help that was asked for is data.
    var isData = false

    init(error: any Error) {
        switch error {
        case is CancellationError:
            self.init(lines: [], status: .interrupted)
        case let error as MainspringError:
            self.init(lines: Self.lines(error), status: ExitStatus(error.code))
        case let refusal as NodeRefusal:
            self.init(lines: Self.lines(refusal), status: refusal.status)
        case let refusal as ConfigurationRefusal:
            self.init(lines: Self.lines(refusal), status: ExitStatus(refusal.code))
        default:
            let code = MainspringCommand.exitCode(for: error).rawValue
            let text = MainspringCommand.fullMessage(for: error)
            self.init(lines: text.isEmpty ? [] : [text], status: ExitStatus(rawValue: code))
            isData = code == 0
        }
    }

    private init(lines: [String], status: ExitStatus) {
        self.lines = lines
        self.status = status
    }

    /// Nothing more can be said when the messages cannot be written either.
    func print(to context: CommandContext) -> ExitStatus {
        guard !lines.isEmpty else { return status }
        let text = lines.joined(separator: "\n")
        do {
            try isData ? context.output.text(text) : context.messages.text(text)
            return status
        } catch {
            return status == .success ? .failed : status
        }
    }

    private static func lines(_ error: MainspringError) -> [String] {
        ["Error: \(error.message)" + (error.cause.map { ": \($0)" } ?? "")] + hint(error.hint)
    }

    private static func lines(_ refusal: NodeRefusal) -> [String] {
        // A single problem is the message itself.
        let listed = refusal.problems.count > 1 ? refusal.problems.map { "  \($0)" } : []
        return ["Error: \(refusal.message)"] + listed + hint(refusal.hint)
    }

    private static func lines(_ refusal: ConfigurationRefusal) -> [String] {
        let count = refusal.problems.count
        return refusal.problems.map { ConfigurationLine.text($0) }
            + ["Error: the configuration has \(count) \(count == 1 ? "problem" : "problems")"]
            + hint("Change the lines above, then check with 'mainspring config check'.")
    }

    private static func hint(_ text: String?) -> [String] {
        text.map { ["Hint: \($0)"] } ?? []
    }
}
