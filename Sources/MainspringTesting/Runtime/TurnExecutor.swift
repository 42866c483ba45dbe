import Foundation
import Synchronization

/// Runs tasks one at a time on a thread of its own, in the order in which they became ready, and knows when none is: what is
/// simulated on it does not depend on the machine's load.
///
/// Tasks that are made without a parent do not inherit it.
package final class TurnExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// What stands before it was run.
        var head = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isOver = false

        mutating func next() -> UnownedJob? {
            guard head < jobs.count else {
                jobs.removeAll(keepingCapacity: true)
                head = 0
                return nil
            }
            head += 1
            return jobs[head - 1]
        }
    }

    private enum Turn {
        case run(UnownedJob)
        case resume([CheckedContinuation<Void, Never>])
        case sleep, end
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    package init() {
        let thread = Thread { [self] in
            while turn() {}
        }
        thread.name = "turns"
        thread.start()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        bell.signal()
    }

    /// Runs `body` among its tasks, from its first line on.
    package func run(_ body: () async throws -> Void) async throws {
        try await withTaskExecutorPreference(self) {
            await Task.yield()
            try await body()
        }
    }

    /// A task among its tasks.
    package func task<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) -> Task<Value, any Error> {
        Task(executorPreference: self) { try await body() }
    }

    /// Suspends until no other task is ready: everything waits for time, or for the caller.
    package func idle() async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(continuation) }
            bell.signal()
        }
    }

    /// Its thread ends once nothing is ready.
    package func stop() {
        state.withLock { $0.isOver = true }
        bell.signal()
    }

    private func turn() -> Bool {
        let turn: Turn = state.withLock { state in
            if let job = state.next() { return .run(job) }
            defer { state.waiters = [] }
            if !state.waiters.isEmpty { return .resume(state.waiters) }
            return state.isOver ? .end : .sleep
        }
        switch turn {
        case .run(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .resume(let waiters): for waiter in waiters { waiter.resume() }
        case .sleep: bell.wait()
        case .end: return false
        }
        return true
    }
}
