import Logging
import MainspringRuntime

/// A node's logger, and the level that a changed configuration sets.
struct NodeLog: Sendable {
    let logger: Logger
    let level: LogLevel

    /// Begins with the configuration's warnings. A `logger` of the host's keeps its own level.
    init(_ configuration: Configuration, logger: Logger? = nil) {
        let level = LogLevel(configuration.log.level)
        let time = SystemTime()
        self.level = level
        self.logger =
            logger
            ?? Logger(label: "mainspring") { _ in
                NodeLogHandler(level: level, format: configuration.log.format, time: time)
            }
        for warning in configuration.warnings { self.logger.warning("\(warning)") }
    }
}
