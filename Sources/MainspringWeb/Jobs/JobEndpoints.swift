import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringStore

/// `/v1/jobs`.
enum JobEndpoints {
    static let all: [Endpoint] = [add, list, show, logs, cancel, retry]

    private static let id = Parameter.path("id", "The job's id.")
    private static let wait = Parameter.query(
        "wait", .duration(max: .seconds(60)), "Answers when it has ended, at the latest after this time.")
    private static let unknown = Endpoint.Answer(404, "There is no such job.")

    static let additionAnswers = [
        Endpoint.Answer(201, "Created (and, with `wait`, ended): the job, or an array of the jobs in order."),
        Endpoint.Answer(
            200,
            "It was there already, by its id or its unique key: that job, with `\"duplicate\": true`; or, with `\"replaced\": true`, "
                + "the waiting job that took over its content. In an array: when all were."
        ),
        Endpoint.Answer(400, "Malformed; `problems` names fields and, in an array, indices."),
        Endpoint.Answer(409, "The id belongs to a job of another kind, queue or arguments. Nothing was written."),
        Endpoint.Answer(
            422,
            "Refused by the declared kinds, arguments or queues; `problems` lists all, with "
                + "indices. Nothing was written."
        ),
        Endpoint.Answer(429, "The queue is full; `Retry-After`. Nothing was written."),
        Endpoint.Answer(503, "The node stops or the store does not answer; `Retry-After`."),
    ]

    private static let add = Endpoint(
        .post, "/v1/jobs", "Adds one job, or all of an array or none.",
        parameters: [wait],
        body: .json(JobRequestBody.schema),
        answers: additionAnswers + [Endpoint.Answer(202, "Created, and not ended within `wait`: it runs on.")]
    ) { request, context in try await JobAddition(context: context).reply(to: request) }

    private static let list = Endpoint(
        .get, "/v1/jobs", "Jobs, newest first: `{\"data\": […], \"next\": cursor or null}`, each without its attempts.",
        parameters: [
            .query("q", .text(maxBytes: 1024), "A query: \(JobSearch.syntax)."),
            .query("cursor", .text(maxBytes: 32), "`next` of the page before."),
            .query("limit", .integer(1...1000, default: 50), "Jobs on a page."),
        ],
        answers: [
            Endpoint.Answer(200, "The page."),
            Endpoint.Answer(400, "The query has an unknown term or state, or the cursor is none."),
        ]
    ) { request, context in
        let query = try JobSearch.parse(
            request.query["q"] ?? "", cursor: request.query["cursor"], limit: request.integer("limit", default: 50))
        let page = try await context.jobs.jobs(matching: query)
        return .list(page.jobs.map { JobRendering.json($0) }, next: page.next.map(JobSearch.text))
    }

    private static let show = Endpoint(
        .get, "/v1/jobs/{id}", "One job with its attempts.", parameters: [id, wait],
        answers: [Endpoint.Answer(200, "The job, ended or not."), unknown]
    ) { request, context in
        let id = try request.jobID()
        let wait = request.duration("wait") ?? .zero
        guard let job = try await context.waits.wait(for: id, timeout: wait) else { throw EndpointRequest.noSuchJob }
        return .json(JobRendering.json(job, attempts: try await context.jobs.attempts(of: id) ?? []))
    }

    private static let logs = Endpoint(
        .get, "/v1/jobs/{id}/logs",
        "What each attempt wrote: `{\"data\": [{\"number\", \"started_at\", \"stdout\", \"stderr\", \"dropped_bytes\"}], "
            + "\"next\": null}`, oldest first; the one that runs is last.",
        parameters: [id], answers: [Endpoint.Answer(200, "The logs; bytes that are not UTF-8 become U+FFFD."), unknown]
    ) { request, context in
        guard let logs = try await context.jobs.logs(of: try request.jobID()) else { throw EndpointRequest.noSuchJob }
        return .list(logs.map { JobRendering.json($0) })
    }

    private static let cancel = Endpoint(
        .post, "/v1/jobs/{id}/cancel", "Ends a waiting job at once; asks a running one to end.", parameters: [id],
        body: .json(.object([])),
        answers: [
            Endpoint.Answer(200, "Cancelled: the job."),
            Endpoint.Answer(202, "It runs and was asked to end: the job, with `cancel_requested_at`."), unknown,
            Endpoint.Answer(409, "It has ended."),
        ]
    ) { request, context in
        let job = try await JobCommands.cancel(try request.jobID(), context)
        return .json(try await JobCommands.json(job, context), job.state.isFinal ? .ok : .accepted)
    }

    private static let retry = Endpoint(
        .post, "/v1/jobs/{id}/retry",
        "Makes a discarded, cancelled, scheduled or retryable job available now, with at least one attempt left.",
        parameters: [id], body: .json(.object([])),
        answers: [
            Endpoint.Answer(200, "The job."), unknown,
            Endpoint.Answer(409, "It runs, waits for a worker, or is completed; or another job holds its unique key."),
        ]
    ) { request, context in
        .json(try await JobCommands.json(try await JobCommands.retry(try request.jobID(), context), context))
    }
}
