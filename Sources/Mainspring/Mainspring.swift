import Logging
import MainspringCore
import MainspringRuntime

/// A node in this process.
public enum Mainspring {
    /// Runs the node that the configuration describes until a signal stops it, and answers with the exit code: 0 after a clean
    /// stop, 1 after a fatal error, 124 when a child had to be killed or a task abandoned.
    ///
    /// Throws `MainspringError` when the node cannot start: `locked`, `no_free_port`, `configuration`, or a `store_…` code;
    /// then nothing of it is left. Ends the process itself when it has stopped but cannot return.
    public static func run(_ configuration: Configuration) async throws -> Int32 {
        let logger = Logger(label: "mainspring") { _ in
            NodeLogHandler(level: configuration.log.level, format: configuration.log.format)
        }
        return try await Node(configuration, logger: logger, time: SystemTime()).run()
    }
}
