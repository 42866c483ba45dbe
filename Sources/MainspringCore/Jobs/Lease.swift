/// The right to run one attempt of one job and to write its end.
public struct Lease: Sendable, Equatable {
    public var job: JobRecord
    /// Random, new for every attempt. A write that carries another token is refused by the store.
    public var token: AttemptToken
    /// In the store's time; past it another node may take the job.
    public var expiresAt: Timestamp

    public init(job: JobRecord, token: AttemptToken, expiresAt: Timestamp) {
        self.job = job
        self.token = token
        self.expiresAt = expiresAt
    }

    /// What the command sees as `MAINSPRING_ATTEMPT`.
    public var attemptNumber: Int { job.attempt + 1 }
}

public struct AttemptToken: RawRepresentable, Sendable, Hashable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One life of one node: the name that the configuration gives, and a nonce that is new at every start.
public struct NodeIdentity: Sendable, Hashable {
    public let name: String
    public let incarnation: String

    public init(name: String, incarnation: String) {
        self.name = name
        self.incarnation = incarnation
    }
}
