public import MainspringCore

/// A store on a server of its own, which may go away and come back as it was, with older data, or empty.
///
/// While it is away its verbs throw `store_unreachable` (whether the step was written is not known), `store_read_only` or
/// `store_full` (nothing was written); each within a bounded time.
public protocol RemoteJobStore: JobStore {
    /// Asks the server whether it takes writes, and what it is. Throws like the verbs.
    func look() async throws -> StoreEpoch
}

/// Tells a server that kept its data from one that may have lost some.
public struct StoreEpoch: Sendable, Hashable {
    /// New at every start of the server process, and at a failover to another.
    public var server: String
    /// Made when the namespace was first used, and kept with the data: another one, or none, means that all of it is gone.
    public var data: String

    public init(server: String, data: String) {
        self.server = server
        self.data = data
    }
}

extension MainspringError {
    /// The store cannot take writes for now, which may pass: what a spool is for.
    public var isOutage: Bool {
        [.storeUnreachable, .storeReadOnly, .storeFull].contains(code)
    }
}
