import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringStore

/// `/v1/queues`.
enum QueueEndpoints {
    static let all: [Endpoint] = [
        list, setPaused(true, "pause", "Takes jobs and hands out none, until resumed; across restarts too."),
        setPaused(false, "resume", "Hands out jobs again."),
    ]

    private static let fields =
        "`name`, `paused`, `declared`, `workers`, `busy`, `zombies` (slots that a job keeps that was settled without it), "
        + "`limit`, `waiting`, `counts` (by state), `parked` (of the available ones, those that no live node can run), "
        + "`oldest_seconds` (of the oldest available job, or null)"

    private static let list = Endpoint(
        .get, "/v1/queues", "Every declared queue, and every queue that holds jobs: \(fields).",
        answers: [Endpoint.Answer(200, "`{\"data\": […], \"next\": null}`, by name.")]
    ) { _, context in
        let now = context.time.now()
        return .list(try await context.jobs.queues().map { json($0, now: now) })
    }

    private static func setPaused(_ isPaused: Bool, _ verb: String, _ summary: String) -> Endpoint {
        Endpoint(
            .post, PathTemplate(stringLiteral: "/v1/queues/{queue}/\(verb)"), summary,
            parameters: [.path("queue", "The queue's name.")], body: .json(.object([])),
            answers: [Endpoint.Answer(200, "The queue."), Endpoint.Answer(404, "There is no such queue.")]
        ) { request, context in
            let name = request.captured("queue")
            try await context.jobs.setPaused(isPaused, queue: name)
            let now = context.time.now()
            let queue = try await context.jobs.queues().first { $0.summary.name == name }
            return .json(queue.map { json($0, now: now) } ?? .null)
        }
    }

    private static func json(_ queue: QueueStatus, now: Timestamp) -> JSONValue {
        let summary = queue.summary
        let counts = JobState.allCases.map { ($0.rawValue, JSONValue.integer(Int64(summary.counts[$0] ?? 0))) }
        return .object([
            "name": .string(summary.name), "paused": .bool(summary.isPaused), "declared": .bool(queue.options != nil),
            "workers": queue.options.map { .integer(Int64($0.workers)) } ?? .null, "busy": .integer(Int64(queue.busy)),
            "limit": queue.options.map { .integer(Int64($0.limit)) } ?? .null,
            "waiting": .integer(Int64(summary.waiting)), "parked": .integer(Int64(summary.parked)),
            "zombies": .integer(Int64(queue.zombies)),
            "counts": .object(Dictionary(uniqueKeysWithValues: counts)),
            "oldest_seconds": summary.oldestAvailableAt.map { .double(max(0, (now - $0).inSeconds)) } ?? .null,
        ])
    }
}
