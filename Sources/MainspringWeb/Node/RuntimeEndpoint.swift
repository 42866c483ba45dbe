import MainspringCore
import MainspringRuntime

/// `/debug/runtime`: answered from memory, and while the pool is blocked.
enum RuntimeEndpoint {
    static let all: [Endpoint] = [runtime]

    private static let runtime = Endpoint(
        immediate: "/debug/runtime",
        "The runtime from the inside: its one runtime and where it was started, the state of the concurrency pool, the "
            + "threads and whose they are, event-loop groups, timers, what was given up and still runs, open resources, and "
            + "the tree of `/v1/tree`. Answered as `/livez` is.",
        answers: [
            Endpoint.Answer(
                200,
                "`{\"node\", \"phase\", \"runtime\", \"pool\", \"threads\": [{\"id\", \"name\", \"state\", \"owner\"}], "
                    + "\"event_loop_groups\", \"findings\", \"timers\", \"zombies\", \"stuck_cancellations\", \"resources\", "
                    + "\"tree\"}`; `findings` are sentences about what should not be, such as a second event-loop group."
            )
        ]
    ) { _, context in
        let inspector = context.inspector
        let liveness = inspector.liveness()
        let report = context.control.runtime()
        return .json([
            "node": .string(inspector.node), "phase": .string(inspector.phase().rawValue),
            "runtime": report.startedAt.map { .string($0.description) } ?? .null,
            "pool": [
                "state": .string(liveness.state.rawValue), "unanswered_seconds": .double(liveness.unanswered.inSeconds),
            ],
            "threads": .array(report.census.threads.map(json)),
            "threads_omitted": .integer(Int64(report.census.omitted)),
            "event_loop_groups": .object(report.census.eventLoopGroups.mapValues { .integer(Int64($0)) }),
            "findings": .array(report.census.findings.map(JSONValue.string)),
            "timers": [
                "pending": .integer(Int64(report.timers.pending)), "fired": .integer(Int64(report.timers.fired)),
                "worst_lateness_seconds": .double(report.timers.worstLateness.inSeconds),
            ],
            "zombies": .array(
                report.zombies.map { zombie in
                    [
                        "name": .string(zombie.name), "site": .string(zombie.site),
                        "since": .string(zombie.since.rfc3339),
                    ]
                }),
            "stuck_cancellations": .integer(Int64(report.stuckCancellations)),
            "resources": .array(report.openResources.map(JSONValue.string)),
            "tree": .array(context.control.tree().map(ServiceEndpoints.json)),
        ])
    }

    private static func json(_ thread: ThreadCensus.Thread) -> JSONValue {
        [
            "id": .integer(Int64(thread.id)), "name": .string(thread.name), "state": .string(String(thread.state)),
            "owner": .string(owner(thread.owner)),
        ]
    }

    private static func owner(_ owner: ThreadOwner) -> String {
        switch owner {
        case .main: "main"
        case .mainspring: "mainspring"
        case .pool: "pool"
        case .dispatch: "dispatch"
        case .eventLoop(let group): "event loop of \(group)"
        case .blockingCalls: "blocking calls"
        case .unknown: "unknown"
        }
    }
}
