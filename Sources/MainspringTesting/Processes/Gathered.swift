import Synchronization

/// Bytes as they came.
final class Gathered: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var all: [UInt8] { bytes.withLock { $0 } }

    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
}
