/// What happened between a node and a store on a server of its own.
public enum StoreEvent: Sendable, Equatable {
    /// The server is away, or too slow for callers: what is written goes to the spool. The reason is one of
    /// `unreachable slow read_only full restarted leftover`.
    case spooling(reason: String)
    /// The server is back, and gets what was spooled.
    case draining(jobs: Int, ends: Int)
    /// The server takes everything again, so long after it was left.
    case returned(after: Duration)
    /// The server came back without the data that it had.
    case lostData
    /// The spool takes nothing, or what it holds does not reach the server although that answers.
    case stuck(MainspringError)
}
