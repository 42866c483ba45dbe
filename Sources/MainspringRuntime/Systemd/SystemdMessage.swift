import MainspringCore

/// What systemd understands of a service (sd_notify(3)).
enum SystemdMessage: Sendable, Equatable {
    case ready
    /// `microseconds` of CLOCK_MONOTONIC, by which systemd knows an answer to its own signal from an older one.
    case reloading(microseconds: Int64)
    case stopping
    case status(String)
    case watchdog
    /// The step that is under way may take this long from now on, whatever the unit says.
    case extend(Duration)

    /// One datagram.
    static func text(_ messages: [SystemdMessage]) -> String { messages.map(\.line).joined(separator: "\n") }

    private var line: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
        case .stopping: "STOPPING=1"
        // A line break would begin another message.
        case .status(let text): "STATUS=\(text.printable)"
        case .watchdog: "WATCHDOG=1"
        case .extend(let time): "EXTEND_TIMEOUT_USEC=\(max(0, time.wholeMicroseconds))"
        }
    }
}
