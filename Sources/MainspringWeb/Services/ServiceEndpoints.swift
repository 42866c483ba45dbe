import HTTPTypes
import MainspringCore
import MainspringRuntime

/// `/v1/services`.
enum ServiceEndpoints {
    static let all: [Endpoint] = [list, start, stop, restart, logs]

    private static let service = Parameter.path("service", "The service's name.")
    private static let unknown = Endpoint.Answer(404, "There is no such service.")
    private static let fields =
        "`name`, `kind` (\(ChildKind.allCases.map(\.rawValue).joined(separator: ", "))), `state` (\(ChildStatus.State.allCases.map(\.rawValue).joined(separator: ", "))), "
        + "`ready`, `pid`, `restarts`, `since`, `started_at`, `last_exit`, `restarts_at`, "
        + "`depends_on`, `site`, `detail`, `last_stop_seconds`, "
        + "`stop_timeout_seconds`, `children`"

    private static let list = Endpoint(
        .get, "/v1/services", "The supervised services: \(fields).",
        answers: [Endpoint.Answer(200, "`{\"data\": […], \"next\": null}`, in start order.")]
    ) { _, context in .list(context.services.services().map(json)) }

    private static let start = change(
        .start, "/v1/services/{service}/start",
        "Starts a service that has ended or was stopped, without waiting for its backoff.")
    private static let stop = change(
        .stop, "/v1/services/{service}/stop",
        "Stops the service by its stop policy; it stays stopped until it is started.")
    private static let restart = change(
        .restart, "/v1/services/{service}/restart",
        "Stops the service by its stop policy and starts it again, without a backoff.")

    private static func change(_ command: ServiceCommand, _ path: PathTemplate, _ summary: String) -> Endpoint {
        Endpoint(
            .post, path, summary, parameters: [service], body: .json(.object([])),
            answers: [
                Endpoint.Answer(202, "It is under way: the service."), unknown,
                Endpoint.Answer(503, "The node stops; `Retry-After`."),
            ]
        ) { request, context in
            let name = request.captured("service")
            try context.services.perform(command, on: name)
            return .json(find(name, in: context.services.tree()).map(json) ?? .null, .accepted)
        }
    }

    private static func find(_ name: String, in nodes: [ChildStatus]) -> ChildStatus? {
        for node in nodes {
            if node.name == name { return node }
            if let found = find(name, in: node.children) { return found }
        }
        return nil
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

    static func json(_ service: ChildStatus) -> JSONValue {
        [
            "name": .string(service.name), "kind": .string(service.kind.rawValue),
            "state": .string(service.state.rawValue), "ready": .bool(service.isReady),
            "pid": service.pid.map { .integer(Int64($0)) } ?? .null, "restarts": .integer(Int64(service.restarts)),
            "since": JobRendering.time(service.since), "last_exit": service.lastExit.map(JSONValue.string) ?? .null,
            "restarts_at": JobRendering.time(service.restartsAt),
            "depends_on": .array(service.dependsOn.map(JSONValue.string)),
            "started_at": JobRendering.time(service.startedAt),
            "site": service.site.map { .string($0.description) } ?? .null,
            "detail": service.detail.map(JSONValue.string) ?? .null,
            "last_stop_seconds": service.lastStop.map { .double($0.inSeconds) } ?? .null,
            "stop_timeout_seconds": service.stopTimeout.map { .double($0.inSeconds) } ?? .null,
            "children": .array(service.children.map(json)),
        ]
    }
}
