import MainspringCore
import Synchronization

/// The output of one service: its last lines in memory, all of them in a rotated file.
final class ServiceLog: Sendable {
    private struct State {
        var standardOutput = LineSplitter()
        var standardError = LineSplitter()
        var tail = LogTail()
    }

    private let state = Mutex(State())
    private let file: RotatingLogFile?
    private let time: any TimeSource

    init(file: RotatingLogFile?, time: any TimeSource) {
        self.file = file
        self.time = time
    }

    /// Never blocks: the file is written elsewhere.
    func append(_ bytes: [UInt8], from stream: OutputStream) {
        add { state in
            switch stream {
            case .standardOutput: state.standardOutput.append(bytes)
            case .standardError: state.standardError.append(bytes)
            }
        }
    }

    /// Keeps what the process wrote last without a line end.
    func endOfProcess() {
        add { state in [state.standardOutput.finish(), state.standardError.finish()].compactMap(\.self) }
    }

    func tail(_ count: Int) -> [String] { state.withLock { $0.tail.last(count) } }

    /// Waits until what was appended before is in the file.
    func flush() { file?.flush() }

    private func add(_ split: (inout State) -> [String]) {
        let lines = state.withLock { state in
            let lines = split(&state)
            for line in lines { state.tail.append(line) }
            return lines
        }
        guard let file, !lines.isEmpty else { return }
        let stamp = time.now().rfc3339
        file.write(lines.map { "\(stamp) \($0)\n" })
    }
}
