import Dispatch
import Glibc
import Synchronization

/// Hears signals on a private queue, whatever the concurrency pool does.
public final class SignalListener: Sendable {
    /// TERM, INT and HUP: stop, stop, and reload.
    public static let standard = [SIGTERM, SIGINT, SIGHUP]

    private let queue = DispatchQueue(label: "mainspring.signals", qos: .userInteractive)
    /// Unchecked: a dispatch source may be cancelled from any thread, but its type does not say so.
    private struct Source: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }
    private let sources: [Source]

    /// Calls `heard` with the number of each signal, on the private queue, until the listener is gone.
    ///
    /// From here on the signals have no default effect; a child gets them back from its spawner. The listener must be
    /// kept.
    public init(_ signals: [Int32] = standard, heard: @escaping @Sendable (Int32) -> Void) {
        sources = signals.map { [queue] number in
            // Until the source is in place the signal must not end the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { heard(number) }
            source.activate()
            return Source(source: source)
        }
    }

    /// Gives the signals back what they do to a program that does not hear them; for after a listener's end.
    public static func restoreDefaults(_ signals: [Int32] = standard) {
        for number in signals { signal(number, SIG_DFL) }
    }

    /// The signals stay ignored.
    public func cancel() {
        for item in sources { item.source.cancel() }
    }
}
