import Dispatch
import Glibc
import Synchronization

/// A descriptor that is watched on a dispatch queue, and closed when the watching ends.
///
/// Unchecked: a dispatch source may be activated and cancelled from any thread, but its type does not say so.
struct PipeSource: @unchecked Sendable {
    private let source: any DispatchSourceProtocol

    /// Ends the watching; nothing happens when it has ended already.
    func cancel() { source.cancel() }

    /// Calls `onReady` whenever there is something to read, until it returns true. It gets the number of bytes that wait,
    /// where the descriptor has such a number.
    static func reading(
        _ descriptor: Int32, on queue: DispatchQueue, onReady: @escaping @Sendable (Int) -> Bool,
        onClosed: @escaping @Sendable () -> Void = {}
    ) -> PipeSource {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        // The source and its handler hold each other until it is cancelled.
        source.setEventHandler {
            if onReady(Int(source.data)) { source.cancel() }
        }
        return activate(source, closing: descriptor, onClosed)
    }

    /// Writes `bytes` as the other end takes them, then closes. A reader that goes away ends it too.
    static func writing(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, on queue: DispatchQueue) -> PipeSource {
        let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        let rest = Rest(bytes)
        // The source and its handler hold each other until it is cancelled.
        source.setEventHandler {
            if rest.write(to: descriptor) { source.cancel() }
        }
        return activate(source, closing: descriptor) {}
    }

    private static func activate(
        _ source: any DispatchSourceProtocol, closing descriptor: Int32, _ onClosed: @escaping @Sendable () -> Void
    ) -> PipeSource {
        source.setCancelHandler {
            close(descriptor)
            onClosed()
        }
        source.activate()
        return PipeSource(source: source)
    }
}

/// What is still to be written.
private final class Rest: Sendable {
    private let bytes: Mutex<ArraySlice<UInt8>>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = Mutex(bytes)
    }

    /// True once there is nothing left to do.
    func write(to descriptor: Int32) -> Bool {
        bytes.withLock { bytes in
            let count = ChildPipe.write(bytes, to: descriptor)
            guard let count else { return true }
            bytes = bytes.dropFirst(count)
            return bytes.isEmpty
        }
    }
}
