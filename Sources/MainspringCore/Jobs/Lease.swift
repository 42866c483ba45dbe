/// The right to run one attempt of one job and to write its end.
public struct Lease: Sendable, Equatable {
    public var job: JobRecord
    /// Random, new for every attempt. A write that carries another token is refused by the store.
    public var token: AttemptToken

    public init(job: JobRecord, token: AttemptToken) {
        self.job = job
        self.token = token
    }

    /// What the command sees as `MAINSPRING_ATTEMPT`.
    public var attemptNumber: Int { job.attempt + 1 }
}

public struct AttemptToken: RawRepresentable, Sendable, Hashable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}
