import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// The page, and what its buttons post.
enum PageEndpoints {
    static let all: [Endpoint] = [
        overview, job, stylesheet,
        action("/ui/queues/{queue}/pause", "Pauses a queue.") { request, context in
            try await context.jobs.setPaused(true, queue: request.captured("queue"))
        },
        action("/ui/queues/{queue}/resume", "Resumes a queue.") { request, context in
            try await context.jobs.setPaused(false, queue: request.captured("queue"))
        },
        action("/ui/services/{service}/restart", "Restarts a service.") { request, context in
            try context.services.perform(.restart, on: request.captured("service"))
        },
        action("/ui/jobs/{id}/cancel", "Cancels a job.") { request, context in
            _ = try await JobCommands.cancel(try request.jobID(), context)
        },
        action("/ui/jobs/{id}/retry", "Retries a job.") { request, context in
            _ = try await JobCommands.retry(try request.jobID(), context)
        },
    ]

    private static let overview = Endpoint(
        .get, "/", "Queues, nodes where there are several, services and the newest 50 jobs; works without scripts.",
        surface: .page,
        parameters: [
            .query("q", .text(maxBytes: 1024), "A query, as for `GET /v1/jobs`."),
            .query("cursor", .text(maxBytes: 32), "Older jobs."),
            .query("refresh", .flag, "`false` holds the page still."),
        ],
        answers: [Endpoint.Answer(200, "HTML; parts of it say so when the store does not answer.")]
    ) { request, context in
        let query = request.query["q"] ?? ""
        let cursor = request.query["cursor"]
        let search = try JobSearch.parse(query, cursor: cursor, limit: 50)
        let queues = try? await context.jobs.queues()
        let nodes = (try? await PeerEndpoints.nodes(context)) ?? []
        let jobs = try? await context.jobs.jobs(matching: search)
        return .html(
            OverviewPage(
                context: context, queues: queues, nodes: nodes, services: context.services.services(), jobs: jobs,
                query: query,
                isPaged: cursor != nil, isLive: request.query["refresh"] != "false"
            ).html)
    }

    private static let job = Endpoint(
        .get, "/jobs/{id}", "One job: its attempts, arguments, result, error and output.", surface: .page,
        parameters: [.path("id", "The job's id.")],
        answers: [Endpoint.Answer(200, "HTML."), Endpoint.Answer(404, "There is no such job.")]
    ) { request, context in
        let id = try request.jobID()
        guard let job = try await context.jobs.job(id) else { throw EndpointRequest.noSuchJob }
        return .html(
            JobPageView(
                context: context, job: job, attempts: try await context.jobs.attempts(of: id) ?? [],
                logs: try await context.jobs.logs(of: id) ?? []
            ).html)
    }

    private static let stylesheet = Endpoint(
        .get, "/assets/{name}", "The page's style sheet, under a name that changes with it.", surface: .page,
        parameters: [.path("name", "The name that the page gives.")],
        answers: [Endpoint.Answer(200, "CSS, to be kept for ever."), Endpoint.Answer(404, "It has another name now.")]
    ) { request, _ in
        guard request.captured("name") == Stylesheet.name else {
            throw Problem(.notFound, .notFound, "there is no such file", hint: "Load the page again.")
        }
        let headers: HTTPFields = [.cacheControl: "public, max-age=31536000, immutable"]
        return Reply(type: "text/css; charset=utf-8", headers: headers, body: Stylesheet.bytes)
    }

    /// Does it, then shows the page that it was asked from.
    private static func action(
        _ path: PathTemplate, _ summary: String,
        perform: @escaping @Sendable (EndpointRequest, WebContext) async throws -> Void
    ) -> Endpoint {
        Endpoint(
            .post, path, summary, surface: .page, body: .form,
            answers: [
                Endpoint.Answer(303, "Done: back to the page."), Endpoint.Answer(404, "There is nothing of that name."),
                Endpoint.Answer(409, "Its state does not allow it."),
            ]
        ) { request, context in
            try await perform(request, context)
            let isJob = request.form["from"] == "job" && request.path["id"] != nil
            return .seeOther(isJob ? "/jobs/\(QueryString.encode(request.captured("id")))" : "/")
        }
    }
}
