import MainspringCore
import MainspringJobs
import MainspringStore

/// Cancel and retry, for the API and for the page.
enum JobCommands {
    /// Throws `not_found`, or `not_allowed_in_state` for a job that has ended.
    static func cancel(_ id: JobID, _ context: WebContext) async throws -> JobRecord {
        switch try await context.jobs.cancel(id) {
        case .cancelled(let job), .requested(let job): return job
        case .alreadyFinal(let job):
            throw MainspringError(
                .notAllowedInState, "the job is \(job.state.rawValue): there is nothing left to cancel",
                hint: "See GET /v1/jobs/\(id).")
        case .notFound: throw EndpointRequest.noSuchJob
        }
    }

    /// Throws `not_found`, `not_allowed_in_state`, or `conflict` while another job holds its unique key.
    static func retry(_ id: JobID, _ context: WebContext) async throws -> JobRecord {
        switch try await context.jobs.retry(id) {
        case .retried(let job): return job
        case .notAllowed(let job):
            throw MainspringError(
                .notAllowedInState, "the job is \(job.state.rawValue) and cannot be retried",
                hint: job.state == .completed
                    ? "Add a new job of its kind instead." : "Wait for its end, or cancel it first.")
        case .duplicate(let other):
            throw MainspringError(
                .conflict, "another job holds the job's unique key",
                hint: "See GET /v1/jobs/\(other); retry when it has ended.")
        case .notFound: throw EndpointRequest.noSuchJob
        }
    }

    static func json(_ job: JobRecord, _ context: WebContext) async throws -> JSONValue {
        JobRendering.json(job, attempts: try await context.jobs.attempts(of: job.id) ?? [])
    }
}
