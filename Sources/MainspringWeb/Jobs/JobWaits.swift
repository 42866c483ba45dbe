import MainspringCore
import MainspringJobs
import Synchronization

/// Clients that wait for the end of a job, until the server stops: then they are told how the job stands.
final class JobWaits: Sendable {
    private typealias Wait = Task<JobRecord?, any Error>

    private struct State {
        var isStopped = false
        var nextID = 0
        var waits: [Int: Wait] = [:]
    }

    private let jobs: JobClient
    private let state = Mutex(State())

    init(jobs: JobClient) {
        self.jobs = jobs
    }

    /// The job when it has ended, or as it is after `timeout` or at the stop; nil when there is none.
    func wait(for id: JobID, timeout: Duration) async throws -> JobRecord? {
        guard timeout > .zero, !isStopped else { return try await jobs.job(id) }
        let wait = Wait { [jobs] in try await jobs.wait(for: id, timeout: timeout) }
        let number = add(wait)
        defer { state.withLock { $0.waits[number] = nil } }
        do {
            return try await withTaskCancellationHandler {
                try await wait.value
            } onCancel: {
                wait.cancel()
            }
        } catch is CancellationError where isStopped {
            return try await jobs.job(id)
        }
    }

    /// Ends every wait, and those that come after at once.
    func stop() {
        let waits = state.withLock { state in
            state.isStopped = true
            return Array(state.waits.values)
        }
        for wait in waits { wait.cancel() }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func add(_ wait: Wait) -> Int {
        let (number, isStopped) = state.withLock { state in
            state.nextID += 1
            state.waits[state.nextID] = wait
            return (state.nextID, state.isStopped)
        }
        if isStopped { wait.cancel() }
        return number
    }
}
