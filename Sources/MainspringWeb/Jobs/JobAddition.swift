import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringStore

/// Answers `POST /v1/jobs`, and `POST /v1/jobs/{id}/children` for the attempt that makes them.
struct JobAddition {
    let context: WebContext
    var parent: ParentAttempt?

    private struct Added {
        enum Way {
            case new, duplicate, replaced
        }

        var job: JobRecord
        let way: Way
    }

    func reply(to request: EndpointRequest) async throws -> Reply {
        let requests = try JobRequestBody.requests(from: request.body, parent: parent, now: context.time.now())
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
        case .inserted(let job): return Added(job: job, way: .new)
        case .duplicate(let job): return Added(job: job, way: .duplicate)
        case .replaced(let job): return Added(job: job, way: .replaced)
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
            ended.append(Added(job: job, way: item.way))
        }
        return ended
    }

    private func reply(_ added: [Added], isArray: Bool, hasWaited: Bool) async throws -> Reply {
        let status: HTTPResponse.Status =
            if added.allSatisfy({ $0.way != .new }) {
                .ok
            } else if hasWaited, !added.allSatisfy(\.job.state.isFinal) {
                .accepted
            } else {
                .created
            }
        var items: [JSONValue] = []
        for item in added {
            let isFresh = !hasWaited && item.way == .new
            let attempts = isFresh ? [] : try await context.jobs.attempts(of: item.job.id) ?? []
            items.append(
                JobRendering.json(
                    item.job, attempts: attempts, isDuplicate: item.way == .duplicate,
                    isReplaced: item.way == .replaced))
        }
        guard !isArray, let item = items.first, let job = added.first?.job else { return .json(.array(items), status) }
        var reply = Reply.json(item, status)
        reply.headers[.location] = "/v1/jobs/\(job.id)"
        return reply
    }
}
