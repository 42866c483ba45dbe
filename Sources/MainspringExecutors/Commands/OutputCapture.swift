import MainspringCore
import MainspringRuntime
import Synchronization

/// The tails of both outputs of a command that may still be writing.
final class OutputCapture: Sendable {
    private struct State {
        var standardOutput: OutputTail
        var standardError: OutputTail
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(standardOutput: OutputTail(limit: limit), standardError: OutputTail(limit: limit)))
    }

    func append(_ bytes: [UInt8], to stream: OutputStream) {
        state.withLock { state in
            switch stream {
            case .standardOutput: state.standardOutput.append(bytes)
            case .standardError: state.standardError.append(bytes)
            }
        }
    }

    var output: AttemptOutput {
        state.withLock { state in
            AttemptOutput(
                standardOutput: state.standardOutput.bytes, standardError: state.standardError.bytes,
                droppedBytes: state.standardOutput.droppedBytes + state.standardError.droppedBytes)
        }
    }

    var droppedOutputBytes: Int { state.withLock { $0.standardOutput.droppedBytes } }
}
