import MainspringCore
import MainspringRuntime
import Synchronization

/// Starts nothing; a test decides how its children end.
final class FakeSpawner: ProcessSpawner {
    private struct State {
        var children: [FakeChild] = []
        var failures: [String: MainspringError] = [:]
    }

    private let state = Mutex(State())

    /// All of them, oldest first.
    var children: [FakeChild] { state.withLock { $0.children } }

    /// The names (first arguments) in the order of their starts.
    var started: [String] { children.map(\.name) }

    func last(_ name: String) -> FakeChild? { children.last { $0.name == name } }

    func fail(_ name: String, with error: MainspringError?) { state.withLock { $0.failures[name] = error } }

    func spawn(
        _ command: CommandSpec, onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) throws -> any ChildProcess {
        try state.withLock { state in
            let name = command.argv[0]
            if let error = state.failures[name] { throw error }
            let child = FakeChild(name: name, pid: Int32(100 + state.children.count), onOutput: onOutput)
            state.children.append(child)
            return child
        }
    }
}

final class FakeChild: ChildProcess {
    private struct State {
        var status: ExitStatus?
        var waiter: CheckedContinuation<ExitStatus, Never>?
        var asked: [String] = []
        var wasKilled = false
    }

    let name: String
    let pid: Int32
    private let onOutput: @Sendable (OutputStream, [UInt8]) -> Void
    private let state = Mutex(State())

    init(name: String, pid: Int32, onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void) {
        self.name = name
        self.pid = pid
        self.onOutput = onOutput
    }

    var wasKilled: Bool { state.withLock { $0.wasKilled } }

    /// What it was asked: `TERM 5s`.
    var asked: [String] { state.withLock { $0.asked } }

    func write(_ text: String, to stream: OutputStream = .standardOutput) { onOutput(stream, Array(text.utf8)) }

    func signal(_ number: Int32) { state.withLock { $0.asked.append(SignalName.of(number)) } }

    func terminate(signal: Int32, grace: Duration) {
        state.withLock { $0.asked.append("\(SignalName.of(signal)) \(grace.text)") }
    }

    func waitUntilGone() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiter = continuation }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    func exit(_ status: ExitStatus, killed: Bool = false) {
        let waiter = state.withLock { state in
            state.status = status
            state.wasKilled = killed
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: status)
    }
}

/// Runs each job where it is enqueued: everything that follows from a step has happened when the step returns.
final class InlineExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}

/// The most of every range, so that backoffs are their full length.
struct FullJitter: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}
