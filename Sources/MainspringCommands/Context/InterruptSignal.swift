import Dispatch
import Glibc

/// Ctrl-C as a stream.
enum InterruptSignal {
    /// The first Ctrl-C is delivered here; a second one ends the process as the system does.
    static func stream() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            signal(SIGINT, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
            source.setEventHandler {
                signal(SIGINT, SIG_DFL)
                continuation.yield()
            }
            let registration = Registration(source: source)
            continuation.onTermination = { _ in registration.source.cancel() }
            source.activate()
        }
    }

    /// Unchecked: a dispatch source may be cancelled from any thread, but its type does not say so.
    private struct Registration: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }
}
