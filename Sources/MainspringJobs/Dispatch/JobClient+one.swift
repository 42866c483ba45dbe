public import MainspringCore
public import MainspringStore

extension JobClient {
    /// Adds one job, or finds the one that is there with the same id and content or holds its unique key. When this returns
    /// the job is in the store.
    ///
    /// Throws `unknown_kind` or `invalid_arguments` for what the kind does not take, `conflict` when the id belongs to another
    /// job, `stale_attempt` when its parent's token no longer holds, `queue_full` or `draining`, or a store's error; then nothing
    /// was written.
    @discardableResult
    public func enqueue(_ request: JobRequest) async throws -> JobRecord {
        do {
            return try (try await enqueue([request]).first ?? .notWritten).job()
        } catch let invalid as InvalidRequests {
            throw invalid.refusal(of: request)
        }
    }
}

extension InvalidRequests {
    package func refusal(of request: JobRequest) -> MainspringError {
        MainspringError(
            problems.first?.code ?? .invalidArguments, "the job of kind \(request.kind) was refused",
            cause: problems.map(\.message).joined(separator: "; "))
    }
}

extension InsertResult {
    /// The job that is there now; throws why there is none.
    package func job() throws(MainspringError) -> JobRecord {
        switch self {
        case .inserted(let job), .duplicate(let job), .replaced(let job): return job
        default: throw refusal()
        }
    }

    /// Why there is no job; `place` says which of several.
    public func refusal(place: String = "") -> MainspringError {
        switch self {
        case .idConflict:
            MainspringError(
                .conflict, "the id belongs to a job of another kind, queue or arguments\(place)",
                hint: "Use a new id, or leave it out. Nothing was written.")
        case .queueFull(let limit):
            MainspringError(
                .queueFull, "the queue holds its limit of \(limit) waiting jobs\(place)",
                hint: "Try again later, add workers, or raise the queue's 'limit'. Nothing was written.",
                retryAfter: .seconds(5))
        case .staleParent:
            MainspringError(
                .staleAttempt, "the attempt that makes the job no longer holds its own\(place)",
                hint: "Another attempt may run it by now; stop, and write nothing more.")
        case .inserted, .duplicate, .replaced, .staleTerm, .alreadyFired, .overlapped, .notWritten:
            MainspringError(.storeFailed, "the store gave an answer that no request of this kind has")
        }
    }
}
