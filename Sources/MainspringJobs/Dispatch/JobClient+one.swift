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
        try await added([request], of: nil)[0].job
    }

    /// Adds all of the requests, one at least, or throws why one of them was refused. In their order.
    func added(_ requests: [JobRequest], of kind: JobKind?) async throws -> [(job: JobRecord, isDuplicate: Bool)] {
        do {
            return try InsertResult.jobs(of: try await enqueue(requests, of: kind))
        } catch let invalid as InvalidRequests {
            throw invalid.refusal(of: requests)
        }
    }
}

extension JobClient {
    /// The same, through a write of the caller's own.
    package func added(
        _ requests: [JobRequest], of kind: JobKind? = nil,
        insert: (_ jobs: [NewJob], _ tell: @escaping @Sendable ([InsertResult]) -> Void) throws -> [InsertResult]
    ) throws -> [(job: JobRecord, isDuplicate: Bool)] {
        do {
            return try InsertResult.jobs(of: try enqueue(requests, of: kind, insert: insert))
        } catch let invalid as InvalidRequests {
            throw invalid.refusal(of: requests)
        }
    }
}

extension InvalidRequests {
    /// The problems of the first request that has some, as one error.
    package func refusal(of requests: [JobRequest]) -> MainspringError {
        let index = problems.first?.index ?? 0
        return MainspringError(
            problems.first?.code ?? .invalidArguments,
            "the job of kind \(requests[index].kind) was refused" + (requests.count == 1 ? "" : " (jobs[\(index)])"),
            cause: problems.filter { $0.index == index }.map(\.message).joined(separator: "; "))
    }
}

extension InsertResult {
    /// The jobs that are there now, of one group; throws why there are none.
    package static func jobs(
        of results: [InsertResult]
    ) throws(MainspringError) -> [(job: JobRecord, isDuplicate: Bool)] {
        var jobs: [(JobRecord, Bool)] = []
        for (index, result) in results.enumerated() {
            switch result {
            case .inserted(let job): jobs.append((job, false))
            case .duplicate(let job), .replaced(let job): jobs.append((job, true))
            // Another one of the group says why.
            case .notWritten where results.contains { $0 != .notWritten && $0.isRefusal }: break
            default: throw result.refusal(place: results.count == 1 ? "" : " (jobs[\(index)])")
            }
        }
        return jobs
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
