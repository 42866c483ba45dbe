/// A command to run: a program and its arguments, never a shell line.
public struct CommandSpec: Sendable, Equatable {
    /// The program (a path, or a name that is looked up in the environment's PATH), then its arguments.
    public var argv: [String]
    /// The whole environment of the child: nothing is inherited.
    public var environment: [String: String]
    public var workingDirectory: String
    /// Written to standard input, then closed. Nil: `/dev/null`.
    public var standardInput: [UInt8]?

    public init(argv: [String], environment: [String: String], workingDirectory: String, standardInput: [UInt8]? = nil)
    {
        self.argv = argv
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
    }
}

/// How a process ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    public var isSuccess: Bool { self == .code(0) }

    /// `exit 1`, `signal KILL`.
    public var description: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let number): "signal \(SignalName.of(number))"
        }
    }
}
