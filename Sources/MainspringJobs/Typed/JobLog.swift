import MainspringCore
import MainspringRuntime
import Synchronization

/// The lines that an attempt in Swift wrote; of more than 64 KiB the last.
final class JobLog: Sendable {
    private let tail = Mutex(OutputTail(limit: 64 << 10))

    func write(_ line: String) {
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        tail.withLock { $0.append(bytes) }
    }

    var output: AttemptOutput {
        tail.withLock { AttemptOutput(standardOutput: $0.bytes, droppedBytes: $0.droppedBytes) }
    }
}
