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
    ///
    /// `queues` limits what this node works on; it takes jobs for every declared queue all the same. A name that is not
    /// declared throws `configuration`.
    public static func run(_ configuration: Configuration, queues: Set<String>? = nil) async throws -> Int32 {
        if let unknown = queues?.sorted().first(where: { configuration.queues[$0] == nil }) {
            let near = NearestName.of(unknown, among: configuration.queues.keys).map { "Did you mean '\($0)'?" }
            throw MainspringError(
                .configuration, "no queue '\(unknown)' is declared", hint: near ?? "Declare it under 'queues:'.")
        }
        let time = SystemTime()
        let level = LogLevel(configuration.log.level)
        let logger = Logger(label: "mainspring") { _ in
            NodeLogHandler(level: level, format: configuration.log.format, time: time)
        }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        return try await Node(configuration, queues: queues, level: level, logger: logger, time: time).run()
    }
}
