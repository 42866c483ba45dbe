import Dispatch
import Glibc
public import Logging
import MainspringCore

/// Tells a person, or a log, how the stop goes. It never blocks.
public protocol Announcer: Sendable {
    func announce(_ announcement: Announcement)

    /// Waits, briefly and not for ever, until what was announced is out; the process may end right after.
    func flush()
}

/// Lines for a terminal.
public final class TerminalAnnouncer: Announcer {
    private let descriptor: Int32
    // A stopped terminal (Ctrl-S) blocks writers: this queue, and nothing else.
    private let queue = DispatchQueue(label: "mainspring.announcer", qos: .userInitiated)

    /// The default is standard error; the descriptor stays the caller's.
    public init(descriptor: Int32 = 2) {
        self.descriptor = descriptor
    }

    public func announce(_ announcement: Announcement) {
        let step = announcement.step.map { "[\($0)/\(Announcement.steps)] " } ?? ""
        let line = Array("\(step)\(announcement.line)\n".utf8)
        queue.async { [descriptor] in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    public func flush() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(200))
    }
}

/// The same as log lines, for when standard error is not a terminal.
public struct LogAnnouncer: Announcer {
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    public func announce(_ announcement: Announcement) {
        switch announcement {
        // The supervisor logs its services itself.
        case .serviceStopped, .serviceKilled, .serviceAbandoned: break
        case .blame(let laggard):
            logger.error("late at the stop", metadata: laggard.metadata)
        case .killing, .forcing: logger.warning("\(announcement.line)")
        case .finished(let result):
            let metadata: Logger.Metadata = [
                "took": "\(result.took.text)", "exit": "\(result.exitCode)", "finished": "\(result.finished)",
                "handed_back": "\(result.handedBack)", "killed": "\(result.laggards.count { $0.wasKilled })",
                "abandoned": "\(result.laggards.count { !$0.wasKilled })",
            ]
            logger.log(level: result.isClean ? .notice : .error, "\(announcement.line)", metadata: metadata)
        default: logger.notice("\(announcement.line)")
        }
    }

    public func flush() {}
}

extension Laggard {
    var sentence: String {
        let fate = wasKilled ? "was killed" : "was given up on and still runs"
        return "Late: \(path) \(fate) after \(after.forPeople)" + (standing.map { "; \($0)" } ?? "")
    }

    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "name": "\(path.printable)", "after": "\(after.text)", "killed": "\(wasKilled)",
        ]
        if let standing { metadata["standing"] = "\(standing.printable)" }
        return metadata
    }
}
