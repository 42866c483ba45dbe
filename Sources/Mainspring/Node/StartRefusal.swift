import MainspringCore

/// Why a program did not start, as its user reads it.
struct StartRefusal {
    let lines: [String]
    let exitCode: Int32

    init(_ error: any Error) {
        switch error {
        case let errors as ConfigurationErrors:
            let count = errors.problems.count
            lines =
                errors.problems.map(\.description.printable)
                + ["Error: the configuration has \(count) \(count == 1 ? "problem" : "problems")"]
            exitCode = errors.code.exitCode ?? 1
        case let error as MainspringError:
            lines =
                ["Error: \(error.message)" + (error.cause.map { ": \($0)" } ?? "")].map(\.printable)
                + (error.hint.map { ["Hint: \($0)".printable] } ?? [])
            exitCode = error.code.exitCode ?? 1
        default:
            lines = ["Error: \(error)".printable]
            exitCode = 1
        }
    }
}
