internal import CMainspringSpawn
import Glibc
import MainspringCore
import MainspringRuntime

/// A pipe between a test and a process that it started.
package final class TestPipe: Sendable {
    private let reading: Int32
    package let writing: Int32

    package init() throws {
        var ends: [Int32] = [0, 0]
        // Closed on exec from the first moment on: another test's process would keep an end.
        let code = mspr_pipe(&ends)
        guard code == 0 else {
            throw MainspringError(.spawnFailed, "cannot make a pipe", cause: String(cString: strerror(code)))
        }
        (reading, writing) = (ends[0], ends[1])
    }

    /// The end that the process reads from.
    package var readingEnd: Int32 { reading }

    /// Closes the end that a process has by now, so that its end is seen; then reads on a thread of its own until there is no
    /// more, and closes the other one. `onEnd` is called last.
    package func read(_ onData: @escaping @Sendable ([UInt8]) -> Void, onEnd: @escaping @Sendable () -> Void = {}) {
        close(writing)
        let reading = reading
        let isReading = RawThread.start("test-read") {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(reading, &buffer, buffer.count)
                if count > 0 { onData(Array(buffer[..<count])) } else if count == 0 || errno != EINTR { break }
            }
            close(reading)
            onEnd()
        }
        if !isReading { onEnd() }
    }

    /// All of it, once the process has its end.
    @concurrent package func text() async -> String {
        let bytes = Gathered()
        await withCheckedContinuation { continuation in
            read {
                bytes.add($0)
            } onEnd: {
                continuation.resume()
            }
        }
        return String(decoding: bytes.all, as: UTF8.self)
    }

    /// Closes the end that the process reads from, writes on a thread of its own, and closes the other one.
    package func write(_ bytes: [UInt8]) {
        close(reading)
        let writing = writing
        _ = RawThread.start("test-write") {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(writing, $0.baseAddress, $0.count) }
                if count < 0, errno != EINTR { break }
                rest = rest.dropFirst(max(0, count))
            }
            close(writing)
        }
    }
}
