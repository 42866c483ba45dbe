public import MainspringCore
public import MainspringStore

/// A job that was enqueued, in this process or in another one.
public struct JobHandle<Output: Sendable>: Sendable {
    public let id: JobID
    /// The job was there already, by its id or its unique key: nothing was added.
    public let isDuplicate: Bool
    private let client: JobClient
    private let form: JobResultForm<Output>

    init(id: JobID, isDuplicate: Bool = false, client: JobClient, form: JobResultForm<Output>) {
        self.id = id
        self.isDuplicate = isDuplicate
        self.client = client
        self.form = form
    }

    /// The job as it is now. Throws `not_found` once it has been removed.
    public func status() async throws -> JobRecord { try present(try await client.job(id)) }

    /// Waits for the job's end, wherever it runs, and answers with its result.
    ///
    /// Throws `timed_out` when it has not ended by then: it goes on, and may be asked again. `job_cancelled`, or
    /// `job_discarded` with the reason, when there is no result; `bad_result` when there is one of another type; `not_found`
    /// once the job has been removed; `CancellationError` at once when the caller is cancelled. `store_unreachable` when the
    /// store is away at the beginning or at the end of the wait; an absence in between is outlasted.
    public func result(within timeout: Duration) async throws -> Output {
        let job = try present(try await client.wait(for: id, timeout: timeout))
        switch job.state {
        case .completed: break
        case .cancelled: throw MainspringError(.jobCancelled, "the job \(id) of kind \(job.kind) was cancelled")
        case .discarded:
            throw MainspringError(
                .jobDiscarded, "the job \(id) of kind \(job.kind) was discarded",
                cause: job.error.map { "\($0.code): \($0.message)" },
                hint: "'mainspring job logs \(id)' shows its output.")
        default:
            throw MainspringError(
                .timedOut, "the job \(id) of kind \(job.kind) is \(job.state.rawValue) after \(timeout.text)",
                cause: job.parked, hint: "It goes on; ask again for its result.")
        }
        do {
            return try form.value(job.result)
        } catch {
            throw MainspringError(
                .badResult, "the result of job \(id) is of another type", cause: JobJSONProblem(error).text)
        }
    }

    /// Ends the job when it waits, and asks it to end when it runs.
    @discardableResult
    public func cancel() async throws -> CancelResult { try await client.cancel(id) }

    private func present(_ job: JobRecord?) throws -> JobRecord {
        if let job { return job }
        throw MainspringError(.notFound, "there is no job \(id)", hint: "Ended jobs are removed after their retention.")
    }
}
