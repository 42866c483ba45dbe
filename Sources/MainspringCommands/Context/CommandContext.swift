public import MainspringCore

/// Everything a command takes from the process it runs in, so that tests run commands without one.
public struct CommandContext: Sendable {
    public var environment: [String: String]
    /// The working folder, absolute.
    public var directory: String
    public var output: Output
    public var messages: Output
    /// Reads standard input to its end; throws `too_large` beyond the given number of bytes.
    public var readInput: @Sendable (_ limit: Int) throws -> [UInt8]
    /// Ctrl-C, as a stream; opening it takes the signal over from the system.
    public var interrupts: @Sendable () -> AsyncStream<Void>
    public var time: any TimeSource
    public var program: any NodeProgram
    /// How long a node may take to answer; a wait that was asked for comes on top. The default is 15 s.
    public var answerTime: Duration

    public init(
        environment: [String: String], directory: String, output: Output, messages: Output,
        readInput: @escaping @Sendable (_ limit: Int) throws -> [UInt8],
        interrupts: @escaping @Sendable () -> AsyncStream<Void>, time: any TimeSource, program: any NodeProgram,
        answerTime: Duration = .seconds(15)
    ) {
        self.environment = environment
        self.directory = directory
        self.output = output
        self.messages = messages
        self.readInput = readInput
        self.interrupts = interrupts
        self.time = time
        self.program = program
        self.answerTime = answerTime
    }

    /// The path as the file system takes it, whatever the process's own working folder is.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }

    /// A fact beside the data: where it went, what goes on. On standard error.
    func note(_ text: String) throws {
        try messages.text(text)
    }
}
