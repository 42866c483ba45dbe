import HTTPTypes
import MainspringCore
import MainspringStore

/// Proofs on a live node, for a person who asks.
enum DrillEndpoints {
    static let all: [Endpoint] = [failover]

    private static let failover = Endpoint(
        .post, "/v1/drills/failover",
        "Keeps the store away from this node for a while, adds jobs of a kind of its own meanwhile, and tells what became of "
            + "them. The node's own jobs go on as in an outage.",
        body: .json(
            .object([
                Schema.Field("for_seconds", .number(0.1...60), "How long the store is away; 3 by default.")
            ])),
        answers: [
            Endpoint.Answer(
                200,
                "`{\"passed\", \"jobs\", \"checks\": [{\"name\", \"passed\", \"detail\"}]}`, once all is over: at most 60 s after "
                    + "the store's return."),
            Endpoint.Answer(
                409, "The store has no server that could be away, it is away by itself, or another drill is under way."),
        ]
    ) { request, context in
        guard let drill = context.drill else {
            throw MainspringError(
                .conflict, "the \(context.storeName) store has no server that could be away",
                hint: "This drill is for nodes with a Redis store.")
        }
        let seconds = request.body["for_seconds"]?.double ?? 3
        let report = try await drill.drill(for: .microseconds(Int64(seconds * 1_000_000)))
        return .json([
            "passed": .bool(report.passed), "jobs": .integer(Int64(report.jobs)),
            "checks": .array(
                report.checks.map {
                    ["name": .string($0.name), "passed": .bool($0.passed), "detail": .string($0.detail)]
                }),
        ])
    }
}
