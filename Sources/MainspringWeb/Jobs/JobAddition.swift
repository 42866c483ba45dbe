import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringStore

/// Answers `POST /v1/jobs`.
struct JobAddition {
    let context: WebContext

    private struct Added {
        var job: JobRecord
        let isDuplicate: Bool
    }

    func reply(to request: EndpointRequest) async throws -> Reply {
        let requests = try JobRequestBody.requests(from: request.body, now: context.time.now())
        let isArray = request.body.array != nil
        let results = try await context.jobs.enqueue(requests)
        var added = try results.enumerated().map {
            try self.added($0.element, index: isArray ? $0.offset : nil, of: results)
        }
        if let wait = request.duration("wait") { added = try await waitForEnds(of: added, atMost: wait) }
        return try await reply(added, isArray: isArray, hasWaited: request.query["wait"] != nil)
    }

    private func added(_ result: InsertResult, index: Int?, of results: [InsertResult]) throws -> Added {
        let place = index.map { " (jobs[\($0)])" } ?? ""
        switch result {
        case .inserted(let job): return Added(job: job, isDuplicate: false)
        case .duplicate(let job), .replaced(let job): return Added(job: job, isDuplicate: true)
        case .notWritten:
            // Another one of the array says why.
            for (index, result) in results.enumerated() where result != .notWritten {
                _ = try added(result, index: index, of: [])
            }
        case .idConflict, .queueFull, .staleParent, .staleTerm, .alreadyFired, .overlapped: break
        }
        throw result.refusal(place: place)
    }

    /// One time for all of them.
    private func waitForEnds(of added: [Added], atMost wait: Duration) async throws -> [Added] {
        let deadline = context.time.monotonic() + wait
        var ended: [Added] = []
        for item in added {
            let left = max(.zero, deadline - context.time.monotonic())
            let job = try await context.waits.wait(for: item.job.id, timeout: left) ?? item.job
            ended.append(Added(job: job, isDuplicate: item.isDuplicate))
        }
        return ended
    }

    private func reply(_ added: [Added], isArray: Bool, hasWaited: Bool) async throws -> Reply {
        let status: HTTPResponse.Status =
            if added.allSatisfy(\.isDuplicate) {
                .ok
            } else if hasWaited, !added.allSatisfy(\.job.state.isFinal) {
                .accepted
            } else {
                .created
            }
        var items: [JSONValue] = []
        for item in added {
            let isFresh = !hasWaited && !item.isDuplicate
            let attempts = isFresh ? [] : try await context.jobs.attempts(of: item.job.id) ?? []
            items.append(JobRendering.json(item.job, attempts: attempts, isDuplicate: item.isDuplicate))
        }
        guard !isArray, let item = items.first, let job = added.first?.job else { return .json(.array(items), status) }
        var reply = Reply.json(item, status)
        reply.headers[.location] = "/v1/jobs/\(job.id)"
        return reply
    }
}
