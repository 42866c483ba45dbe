public import MainspringCore

/// Everything that is wrong with a configuration, at once: by line, then what came from the environment and flags.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// `open_bind` when a bind without authentication is the only problem, else `configuration`.
    public let code: MainspringError.Code
    /// Never empty.
    public let problems: [ConfigurationProblem]

    /// One problem per line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
