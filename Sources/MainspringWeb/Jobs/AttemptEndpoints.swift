import HTTPTypes
import MainspringCore
import MainspringJobs

/// What a running attempt tells of itself, under its token.
enum AttemptEndpoints {
    static let all: [Endpoint] = [progress, heartbeat, children]

    private static let id = Parameter.path("id", "The attempt's job.")
    private static let told = [
        Endpoint.Answer(
            200, "`{\"cancel_requested\"}`: written; when true, the job was asked to end, and the attempt should."),
        Endpoint.Answer(400, "The token is missing, or the body malformed."), stale,
    ]
    private static let stale = Endpoint.Answer(
        409, "`stale_attempt`: the token does not hold the job any more. Nothing was written; stop.")

    private static let progress = Endpoint(
        .post, "/v1/jobs/{id}/progress", "Tells how far the attempt is; that is a sign of life too.", parameters: [id],
        body: .json(
            .object([
                Schema.Field("fraction", .number(0...1), "How much of the work is done. Default: it cannot be told."),
                Schema.Field("message", .string(maxBytes: 4096), "For people; of more than 256 bytes the rest is cut."),
            ])), answers: told
    ) { request, context in
        let body = request.body
        let progress = JobProgress(fraction: body["fraction"]?.double, message: body["message"]?.string)
        return try await report(progress == JobProgress() ? nil : progress, request, context)
    }

    private static let heartbeat = Endpoint(
        .post, "/v1/jobs/{id}/heartbeat", "Says that the attempt is alive: its kind's `silence` begins anew.",
        parameters: [id], body: .json(.object([])), answers: told
    ) { request, context in try await report(nil, request, context) }

    private static let children = Endpoint(
        .post, "/v1/jobs/{id}/children",
        "Adds jobs, as `POST /v1/jobs` does, whose `parent` is this one; all of them or, when the token no longer holds, none.",
        parameters: [id], body: .json(JobRequestBody.schema),
        answers: JobEndpoints.additionAnswers.filter { $0.status != 409 } + [
            Endpoint.Answer(
                409,
                "`stale_attempt`, or the id belongs to a job of another kind, queue or arguments. Nothing was written.")
        ]
    ) { request, context in
        try await JobAddition(context: context, parent: try request.attempt()).reply(to: request)
    }

    private static func report(
        _ progress: JobProgress?, _ request: EndpointRequest, _ context: WebContext
    ) async throws -> Reply {
        let attempt = try request.attempt()
        let isAsked = try await context.jobs.report(
            AttemptReport(id: attempt.id, token: attempt.token, progress: progress))
        return .json(["cancel_requested": .bool(isAsked)])
    }
}
