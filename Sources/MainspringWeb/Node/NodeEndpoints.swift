import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTelemetry

/// What the node says about itself.
enum NodeEndpoints {
    static let all: [Endpoint] = [live, ready, metrics, node, tree]

    private static let live = Endpoint(
        immediate: "/livez",
        "Whether the process gets its work done. It asks nothing of the store or the services, and is answered while every "
            + "thread of the concurrency pool is blocked.",
        answers: [
            Endpoint.Answer(200, "`ok`"),
            Endpoint.Answer(
                200,
                "`busy`, with the header `Mainspring-Busy`: the pool has owed an answer for that many seconds (`1.234`)."
            ),
            Endpoint.Answer(503, "`wedged`, with the same header: for 10 s and more. Only a restart helps."),
        ]
    ) { _, context in
        let report = context.inspector.liveness()
        guard report.state != .working else { return .text("ok\n") }
        let isWedged = report.state == .wedged
        var reply = Reply.text(isWedged ? "wedged\n" : "busy\n", isWedged ? .serviceUnavailable : .ok)
        let millis = max(0, report.unanswered.wholeMicroseconds / 1000)
        let fraction = String(1000 + millis % 1000).dropFirst()
        reply.headers[.mainspringBusy] = "\(millis / 1000).\(fraction)"
        return reply
    }

    private static let ready = Endpoint(
        immediate: "/readyz", "Whether the node should get work now. Answered as `/livez` is.",
        parameters: [.query("verbose", .flag, "Every check, also those that pass.")],
        answers: [
            Endpoint.Answer(200, "`{\"ready\": true, \"checks\": [{\"name\", \"ok\", \"detail\"}]}`"),
            Endpoint.Answer(503, "The same with `\"ready\": false`, and the checks that fail."),
        ]
    ) { request, context in
        let report = context.inspector.readiness()
        let shown = request.flag("verbose") ? report.checks : report.checks.filter { !$0.isOK }
        let checks = shown.map { check in
            JSONValue.object([
                "name": .string(check.name), "ok": .bool(check.isOK),
                "detail": check.detail.map(JSONValue.string) ?? .null,
            ])
        }
        return .json(
            ["ready": .bool(report.isReady), "checks": .array(checks)], report.isReady ? .ok : .serviceUnavailable)
    }

    private static let metrics = Endpoint(
        .get, "/metrics", "Prometheus text; docs/metrics.md lists every name.", surface: .probe,
        answers: [
            Endpoint.Answer(200, "While the store does not answer, without the gauges of the queues and `nodes`.")
        ]
    ) { _, context in
        .text(await MetricsSnapshot.text(context), type: MetricsRecorder.contentType)
    }

    private static let node = Endpoint(
        .get, "/v1/node",
        "This node: `name` (of the application), `node`, `version`, `phase`, `ready`, `draining`, `leader`, "
            + "`url`, `store`, `started_at`, `uptime_seconds`; and `failover`, null unless the store is on a server of its own: "
            + "`state` (`primary`; `spooling`: the server is away; `draining`: it is back, and gets what was spooled), `reason` "
            + "(\(FailoverReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")) or null), `since`, `spool` "
            + "(`jobs`, `ends` of attempts, `bytes`, `oldest_at`), `replayed`, `conflicts`, `stale`, `resent`, `data_lost_at`, "
            + "`problem`.",
        answers: [Endpoint.Answer(200, "The node.")]
    ) { _, context in
        let inspector = context.inspector
        return .json([
            "name": .string(context.application), "node": .string(inspector.node), "version": .string(context.version),
            "phase": .string(inspector.phase().rawValue), "ready": .bool(inspector.readiness().isReady),
            "draining": .bool(context.control.isDraining), "leader": .bool(context.control.isLeading),
            "url": .string(context.url), "store": .string(context.storeName),
            "failover": context.failover().map(FailoverReport.json) ?? .null,
            "started_at": .string(inspector.startedAt.rfc3339),
            "uptime_seconds": .double(max(0, (context.time.now() - inspector.startedAt).inSeconds)),
        ])
    }

    private static let tree = Endpoint(
        immediate: "/v1/tree",
        "Everything that runs, as a tree: the node's parts, its running jobs, and all that is supervised. The fields are those "
            + "of a service. Answered as `/livez` is.", surface: .api,
        answers: [Endpoint.Answer(200, "`{\"data\": […], \"next\": null}`, in start order.")]
    ) { _, context in .list(context.control.tree().map(ServiceEndpoints.json)) }
}

extension HTTPField.Name {
    // A valid header name.
    static let mainspringBusy = HTTPField.Name("Mainspring-Busy")!
}
