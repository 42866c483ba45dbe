/// A running attempt that makes another job.
public struct ParentAttempt: Sendable, Hashable {
    public var id: JobID
    public var token: AttemptToken

    public init(id: JobID, token: AttemptToken) {
        self.id = id
        self.token = token
    }
}
