public import MainspringCore

/// Where a node keeps what the server could not take: an ordered log that survives the death of process and machine.
///
/// Errors are `MainspringError` with a `store_…` code; after an error nothing of the call was written.
public protocol Spool: Sendable {
    /// Writes all entries or none, behind those that are there; when it returns they are on the disk. Answers with their
    /// numbers, which only grow.
    ///
    /// Jobs beyond the spool's limit or size throw `store_full`; ends of attempts are bounded by what runs, and always
    /// taken.
    func append(_ entries: [SpoolEntry], now: Timestamp) async throws -> [Int64]

    /// The oldest entries of a kind with a number above `number`, at most `limit` of them.
    func entries(of kind: SpoolEntry.Kind, after number: Int64, limit: Int) async throws -> [SpooledEntry]

    /// Takes entries out; numbers that are not there are passed over.
    func remove(_ numbers: [Int64]) async throws

    var bounds: SpoolBounds { get }

    /// As of the last step that returned.
    var tally: SpoolTally { get }

    /// What was remembered of the server, also by an earlier life of the node.
    func epoch() async throws -> StoreEpoch?
    func remember(_ epoch: StoreEpoch) async throws

    /// Waits for running steps, then closes; later calls throw.
    func close() async throws
}

public enum SpoolEntry: Sendable, Equatable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case jobs, ends, notes
    }

    /// One caller's request, whole. `mayBeThere`: the server was asked first, and may have written it.
    case jobs([NewJob], mayBeThere: Bool)
    /// The end of an attempt that the server handed out.
    case end(Settlement)
    /// What became of a spooled job on this node.
    case note(SpoolNote)

    public var kind: Kind {
        switch self {
        case .jobs: .jobs
        case .end: .ends
        case .note: .notes
        }
    }

    /// Jobs that it holds.
    public var jobs: Int { if case .jobs(let jobs, _) = self { jobs.count } else { 0 } }
}

public enum SpoolNote: Sendable, Equatable {
    case started(JobID, node: String, at: Timestamp)
    case ended(Settlement)
    case cancelled(JobID, at: Timestamp)

    public var id: JobID {
        switch self {
        case .started(let id, _, _), .cancelled(let id, _): id
        case .ended(let settlement): settlement.id
        }
    }
}

public struct SpooledEntry: Sendable, Equatable {
    public var number: Int64
    public var at: Timestamp
    public var entry: SpoolEntry

    public init(number: Int64, at: Timestamp, entry: SpoolEntry) {
        self.number = number
        self.at = at
        self.entry = entry
    }
}

public struct SpoolTally: Sendable, Hashable {
    public var jobs: Int
    /// Ends of attempts.
    public var ends: Int
    public var bytes: Int
    /// When the oldest entry was written.
    public var oldestAt: Timestamp?

    public init(jobs: Int = 0, ends: Int = 0, bytes: Int = 0, oldestAt: Timestamp? = nil) {
        self.jobs = jobs
        self.ends = ends
        self.bytes = bytes
        self.oldestAt = oldestAt
    }

    func hasRoom(_ bounds: SpoolBounds) -> Bool { bytes < bounds.bytes }
}

public struct SpoolBounds: Sendable, Hashable {
    public var jobs: Int
    public var bytes: Int

    /// The defaults are 100,000 jobs and 256 MiB.
    public init(jobs: Int = 100_000, bytes: Int = 256 << 20) {
        self.jobs = jobs
        self.bytes = bytes
    }

    /// Throws `store_full` when the jobs do not fit beside what is there.
    package func check(_ tally: SpoolTally, adding jobs: Int, _ bytes: Int) throws(MainspringError) {
        guard jobs > 0, tally.jobs + jobs > self.jobs || tally.bytes + bytes > self.bytes else { return }
        throw MainspringError(
            .storeFull, "the store is away and the spool is full: \(tally.jobs) jobs, \(tally.bytes) bytes",
            hint: "Bring the server back; or raise 'spool: { limit, size }' of the store.", retryAfter: .seconds(5))
    }
}
