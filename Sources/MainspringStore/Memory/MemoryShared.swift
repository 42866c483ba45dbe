import MainspringCore
import Synchronization

/// What the handles of one memory store have in common.
final class MemoryShared: Sendable {
    private struct Handles {
        var count = 0
        var handlers: [Int: @Sendable (StoreNews) -> Void] = [:]
    }

    /// Nil once closed.
    private let state: Mutex<MemoryState?>
    private let handles = Mutex(Handles())
    private let time: any TimeSource

    init(_ state: sending MemoryState, time: any TimeSource) {
        self.state = Mutex(state)
        self.time = time
    }

    var instant: MonotonicInstant { time.monotonic() }

    func step<Value: Sendable>(_ body: @Sendable (inout MemoryState) throws -> Value) throws -> Value {
        try state.withLock { state in
            guard state != nil else { throw MainspringError(.storeFailed, "the store is closed") }
            return try body(&state!)
        }
    }

    func close() { state.withLock { $0 = nil } }

    func add() -> Int {
        handles.withLock { handles in
            handles.count += 1
            return handles.count
        }
    }

    func set(_ handler: (@Sendable (StoreNews) -> Void)?, of number: Int) {
        handles.withLock { $0.handlers[number] = handler }
    }

    func tell(_ news: StoreNews, except number: Int) {
        guard !news.isEmpty else { return }
        let others = handles.withLock { handles in
            handles.count > 1 ? handles.handlers.filter { $0.key != number }.map(\.value) : []
        }
        for handler in others { handler(news) }
    }
}
