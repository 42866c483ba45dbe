import MainspringCore
import Synchronization

/// Gathers what arrives while a write is under way and hands it on as one batch: group commit, without a timer.
///
/// One task runs ``run()``; callers wait for their own part of the answer, so that no more waits here than there are
/// callers. Cancelling a caller does not take its item back.
final class Batcher<Item: Sendable, Output: Sendable>: Sendable {
    private struct Entry {
        let item: Item
        let answer: @Sendable (Result<Output, any Error>) -> Void
    }

    private struct State {
        var entries: [Entry] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = WakeSignal()
    private let batchLimit: Int
    private let write: @Sendable ([Item]) async throws -> [Output]

    /// `write` answers in the order of its items.
    init(batchLimit: Int, write: @escaping @Sendable ([Item]) async throws -> [Output]) {
        self.batchLimit = batchLimit
        self.write = write
    }

    func submit(_ item: Item) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            submit(item) { continuation.resume(with: $0) }
        }
    }

    /// `answer` is called on the batcher's task, in order.
    func submit(_ item: Item, answer: @escaping @Sendable (Result<Output, any Error>) -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.entries.append(Entry(item: item, answer: answer)) }
            return state.isClosed
        }
        if isClosed { answer(.failure(BatcherClosed())) } else { signal.notify() }
    }

    /// Writes until it is closed and empty. Not for a task that may be cancelled: it would no longer sleep.
    @concurrent func run() async {
        while true {
            let (batch, isClosed) = takeBatch()
            if batch.isEmpty {
                if isClosed { return }
                await signal.wait()
                continue
            }
            do {
                let answers = try await write(batch.map(\.item))
                guard answers.count == batch.count else {
                    throw MainspringError(.storeFailed, "the store answered \(answers.count) of \(batch.count) items")
                }
                for (entry, answer) in zip(batch, answers) { entry.answer(.success(answer)) }
            } catch {
                for entry in batch { entry.answer(.failure(error)) }
            }
        }
    }

    /// Refuses what comes after; ``run()`` returns once what came before is written.
    func close() {
        state.withLock { $0.isClosed = true }
        signal.notify()
    }

    private func takeBatch() -> ([Entry], isClosed: Bool) {
        state.withLock { state in
            let batch = Array(state.entries.prefix(batchLimit))
            state.entries.removeFirst(batch.count)
            return (batch, state.isClosed)
        }
    }
}

/// Came after ``Batcher/close()``; nothing was written.
struct BatcherClosed: Error {}
