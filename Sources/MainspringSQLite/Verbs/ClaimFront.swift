import MainspringCore

/// The jobs at the front of a queue's line that a node can run.
///
/// Usually the node knows the same version of all of its kinds, and not many kinds: then the filter is a short list. The lists
/// have few lengths, filled up with the last kind, so that few statements stand for all of them.
struct ClaimFront {
    private let statement: SQLStatement

    init(_ transaction: StoreTransaction, kinds: [String: Int]) throws {
        let newest = kinds.values.max() ?? 0
        let isUniform = kinds.values.allSatisfy { $0 == newest }
        guard isUniform, let length = Self.lengths.firstIndex(where: { $0 >= kinds.count }) else {
            statement = try transaction.statement(Self.mixed)
            try statement.set(3, kinds.jsonText)
            return
        }
        statement = try transaction.statement(Self.short[length])
        try statement.set(3, newest)
        var place: Int32 = 3
        var last = ""
        for kind in kinds.keys {
            place += 1
            last = kind
            try statement.set(place, kind)
        }
        while place < Self.lengths[length] + 3 {
            place += 1
            try statement.set(place, last)
        }
    }

    /// Smallest rank first.
    func jobs(in queue: String, slots: Int) throws -> [ClaimedJob] {
        try statement.set(1, queue)
        try statement.set(2, slots)
        var jobs: [ClaimedJob] = []
        jobs.reserveCapacity(min(slots, 64))
        try statement.forEachRow { row in
            jobs.append(ClaimedJob(rank: row.int(JobColumns.count), stored: try row.stored()))
        }
        return jobs
    }

    private static let lengths = [1, 2, 4, 8, 16, 32, 64]

    private static let short = lengths.map { length in
        let list = (0..<length).map { "?\($0 + 4)" }.joined(separator: ", ")
        return """
            SELECT \(JobColumns.list), rank FROM mainspring_job INDEXED BY mainspring_job_available
            WHERE queue = ?1 AND state = 2 AND parked IS NULL AND kind IN (\(list)) AND version <= ?3
            ORDER BY rank, seq LIMIT ?2
            """
    }

    private static let mixed = """
        WITH known(name, newest) AS MATERIALIZED (SELECT key, value FROM json_each(?3))
        SELECT \(JobColumns.list), rank FROM mainspring_job INDEXED BY mainspring_job_available
        WHERE queue = ?1 AND state = 2 AND parked IS NULL
            AND EXISTS (SELECT 1 FROM known WHERE name = kind AND version <= newest)
        ORDER BY rank, seq LIMIT ?2
        """
}

struct ClaimedJob {
    let rank: Int64
    var stored: StoredJob
}
