import HTTPTypes
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// `/v1/nodes`: the nodes that share this one's store.
enum PeerEndpoints {
    static let all: [Endpoint] = [
        list, stop,
        change(.drain, "/v1/nodes/{node}/drain", "The node takes no more jobs; what runs there goes on."),
        change(.resume, "/v1/nodes/{node}/resume", "The node takes jobs again."),
    ]

    private static let name = Parameter.path("node", "The node's name.")
    private static let asked = Endpoint.Answer(
        202, "`{\"name\", \"asked\"}`: another node hears of it within seconds, this one at once.")
    private static let unknown = Endpoint.Answer(404, "No live node has the name; `hint` tells the nearest.")

    private static let list = Endpoint(
        .get, "/v1/nodes",
        "The live nodes of this store: `name`, `self` (it answers this), `leader` (it promotes, fires and reclaims for all), "
            + "`draining`, `host`, `pid`, `url`, `version`, `started_at`, `seen_at` (its last sign of life, by its own clock), "
            + "`kinds` (with the newest version that it runs), `queues` (that it works on, with its workers), `failover` (the "
            + "state of this node's spool, as in `/v1/node`; null for the others, which tell their own). While the store is away, "
            + "those that were known last.",
        answers: [Endpoint.Answer(200, "`{\"data\": […], \"next\": null}`, by name.")]
    ) { _, context in
        let failover = context.failover()?.state.rawValue
        return .list(
            try await nodes(context).map { node in
                let isSelf = node.identity.name == context.inspector.node
                return json(node, isSelf: isSelf, failover: isSelf ? failover : nil)
            })
    }

    /// Of itself the node knows more than it last told the store.
    static func nodes(_ context: WebContext) async throws -> [NodeRecord] {
        try await context.jobs.nodes().map { node in
            guard node.identity.name == context.inspector.node else { return node }
            var node = node
            node.isDraining = context.control.isDraining
            return node
        }
    }

    private static func change(_ wish: NodeWish, _ path: PathTemplate, _ summary: String) -> Endpoint {
        Endpoint(.post, path, summary, parameters: [name], body: .json(.object([])), answers: [asked, unknown]) {
            request, context in try await ask(wish, request, context)
        }
    }

    private static let stop = Endpoint(
        .post, "/v1/nodes/{node}/stop", "Stops the node in order; or tells what that would do.", parameters: [name],
        body: .json(
            .object([
                Schema.Field(
                    "dry_run", .boolean,
                    "Only tells who would be cut, and when the node would be gone; of the node that is asked.")
            ])),
        answers: [
            Endpoint.Answer(
                200,
                "With `dry_run`: `{\"by_seconds\", \"items\": [{\"name\", \"kind\", \"fate\", \"by_seconds\", \"reason\"}]}`; "
                    + "fates are \(ShutdownRehearsal.Fate.allCases.map(\.rawValue).joined(separator: ", "))."),
            asked, Endpoint.Answer(400, "A `dry_run` of another node: only the node itself can tell."), unknown,
        ]
    ) { request, context in
        guard request.body["dry_run"]?.bool == true else { return try await ask(.stop, request, context) }
        guard request.captured("node") == context.inspector.node else {
            let name = request.captured("node")
            guard let other = try await nodes(context).first(where: { $0.identity.name == name }) else {
                throw MainspringError(
                    .notFound, "no live node is called '\(name)'", hint: "See 'mainspring node ls'.")
            }
            throw MainspringError(
                .malformed, "only the node itself can tell what its stop would do",
                hint: other.url.map { "Ask it: mainspring node stop --dry-run --url \($0)" })
        }
        let rehearsal = context.control.rehearseStop()
        let items = rehearsal.items.map { item in
            JSONValue.object([
                "name": .string(item.name), "kind": .string(item.kind.rawValue), "fate": .string(item.fate.rawValue),
                "by_seconds": .double(item.by.inSeconds), "reason": .string(item.reason),
            ])
        }
        return .json(["by_seconds": .double(rehearsal.by.inSeconds), "items": .array(items)])
    }

    /// This node is asked without its store, which may be what is broken.
    private static func ask(_ wish: NodeWish, _ request: EndpointRequest, _ context: WebContext) async throws -> Reply {
        let name = request.captured("node")
        if name == context.inspector.node {
            switch wish {
            case .drain: context.control.drain(true)
            case .resume: context.control.drain(false)
            case .stop: context.control.stop()
            }
        } else {
            try await context.jobs.ask(wish, of: name)
        }
        return .json(["name": .string(name), "asked": .string(wish.rawValue)], .accepted)
    }

    private static func json(_ node: NodeRecord, isSelf: Bool, failover: String?) -> JSONValue {
        [
            "name": .string(node.identity.name), "self": .bool(isSelf), "leader": .bool(node.isLeader),
            "draining": .bool(node.isDraining), "host": .string(node.host),
            "pid": node.process.map { .integer(Int64($0.pid)) } ?? .null,
            "failover": failover.map(JSONValue.string) ?? .null,
            "url": node.url.map(JSONValue.string) ?? .null, "version": .string(node.version),
            "started_at": .string(node.startedAt.rfc3339), "seen_at": .string(node.seenAt.rfc3339),
            "kinds": .object(node.kinds.mapValues { .integer(Int64($0)) }),
            "queues": .object(node.queues.mapValues { .integer(Int64($0)) }),
        ]
    }
}
