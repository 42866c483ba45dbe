import MainspringCore
import MainspringStore

/// How a node stands with its store, as the API tells it.
enum FailoverReport {
    static func json(_ status: FailoverStatus) -> JSONValue {
        [
            "state": .string(status.state.rawValue), "reason": status.reason.map { .string($0.rawValue) } ?? .null,
            "since": .string(status.since.rfc3339),
            "spool": [
                "jobs": .integer(Int64(status.spool.jobs)), "ends": .integer(Int64(status.spool.ends)),
                "bytes": .integer(Int64(status.spool.bytes)),
                "oldest_at": status.spool.oldestAt.map { .string($0.rfc3339) } ?? .null,
            ],
            "replayed": .integer(Int64(status.replayed)), "conflicts": .integer(Int64(status.conflicts)),
            "stale": .integer(Int64(status.stale)), "resent": .integer(Int64(status.resent)),
            "data_lost_at": status.dataLostAt.map { .string($0.rfc3339) } ?? .null,
            "problem": status.problem.map { .string($0.message) } ?? .null,
        ]
    }
}
