import HTTPTypes
import MainspringCore
import MainspringRuntime

/// `/v1/services`.
enum ServiceEndpoints {
    static let all: [Endpoint] = [list, restart, logs]

    private static let service = Parameter.path("service", "The service's name.")
    private static let unknown = Endpoint.Answer(404, "There is no such service.")
    private static let fields =
        "`name`, `state` (\(ServiceStatus.State.allCases.map(\.rawValue).joined(separator: ", "))), "
        + "`ready`, `pid`, `restarts`, `since`, `last_exit`, `restarts_at`, `depends_on`"

    private static let list = Endpoint(
        .get, "/v1/services", "The supervised services: \(fields).",
        answers: [Endpoint.Answer(200, "`{\"data\": […], \"next\": null}`, in start order.")]
    ) { _, context in .list(context.services.services().map(json)) }

    private static let restart = Endpoint(
        .post, "/v1/services/{service}/restart",
        "Stops the service by its stop policy and starts it again, without a backoff.",
        parameters: [service], body: .json(.object([])),
        answers: [
            Endpoint.Answer(202, "It is under way: the service."), unknown,
            Endpoint.Answer(503, "The node stops; `Retry-After`."),
        ]
    ) { request, context in
        let name = request.captured("service")
        try await context.services.restart(name)
        return .json(context.services.services().first { $0.name == name }.map(json) ?? .null, .accepted)
    }

    private static let logs = Endpoint(
        .get, "/v1/services/{service}/logs",
        "The last lines of both outputs, oldest first: `{\"data\": [line…], \"next\": null}`.",
        parameters: [service, .query("lines", .integer(1...10_000, default: 100), "At most this many.")],
        answers: [Endpoint.Answer(200, "The lines."), unknown]
    ) { request, context in
        let lines = try context.services.logTail(
            of: request.captured("service"), lines: request.integer("lines", default: 100))
        return .list(lines.map(JSONValue.string))
    }

    static func json(_ service: ServiceStatus) -> JSONValue {
        [
            "name": .string(service.name), "state": .string(service.state.rawValue), "ready": .bool(service.isReady),
            "pid": service.pid.map { .integer(Int64($0)) } ?? .null, "restarts": .integer(Int64(service.restarts)),
            "since": JobRendering.time(service.since), "last_exit": service.lastExit.map(JSONValue.string) ?? .null,
            "restarts_at": JobRendering.time(service.restartsAt),
            "depends_on": .array(service.dependsOn.map(JSONValue.string)),
        ]
    }
}
