import Glibc
public import Logging
import MainspringCore
import MainspringRuntime

/// Log lines on standard error: one line an event, as text for people or as JSON for machines.
public struct NodeLogHandler: LogHandler {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case text, json
    }

    public var logLevel: Logger.Level {
        get { ownLevel ?? level.current }
        set { ownLevel = newValue }
    }
    public var metadata: Logger.Metadata = [:]
    /// The node's, until a logger sets its own.
    private let level: LogLevel
    private var ownLevel: Logger.Level?
    private let format: Format
    private let time: any TimeSource

    public init(level: Logger.Level, format: Format) {
        self.init(level: LogLevel(level), format: format, time: SystemTime())
    }

    init(level: LogLevel, format: Format, time: any TimeSource) {
        self.level = level
        self.format = format
        self.time = time
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        let line =
            switch format {
            case .text: Self.text(event.level, event.message, fields, at: time.now())
            case .json: Self.json(event.level, event.message, fields, at: time.now())
            }
        let bytes = Array((line + "\n").utf8)
        // One write per line, so that lines of several threads do not mix; a full pipe loses the line, never the process.
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    static func text(
        _ level: Logger.Level, _ message: Logger.Message, _ fields: Logger.Metadata, at now: Timestamp
    ) -> String {
        let clock = now.rfc3339.dropFirst(11).prefix(12)
        let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }.joined()
        return "\(clock) \(label(level)) \("\(message)".printable)\(details)"
    }

    static func json(
        _ level: Logger.Level, _ message: Logger.Message, _ fields: Logger.Metadata, at now: Timestamp
    ) -> String {
        var members: [String: JSONValue] = fields.mapValues { .string("\($0)") }
        members["time"] = .string(now.rfc3339)
        members["level"] = .string(level.rawValue)
        members["message"] = .string("\(message)")
        return JSONValue.object(members).compactText
    }

    private static func label(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info "
        case .notice: "note "
        case .warning: "warn "
        case .error, .critical: "ERROR"
        }
    }

    private static func quoted(_ text: String) -> String {
        let printable = text.printable
        return printable.contains(" ") || printable.isEmpty ? "\"\(printable)\"" : printable
    }
}
