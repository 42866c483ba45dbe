import MainspringStore

/// What a move of a store did.
public struct StoreMoveTally: Sendable, Equatable {
    /// Jobs of the source.
    public var jobs = 0
    /// Written by this run.
    public var moved = 0
    /// Of those, the ones that ended because another job of the target holds their unique key.
    public var yielded = 0
    /// Taken back in the source from owners that died.
    public var reclaimed = 0
    public var pausedQueues = 0
    public var schedules = 0

    /// That an earlier move of this source left in the target already.
    public var alreadyThere = 0

    mutating func add(_ results: [RestoreResult]) {
        jobs += results.count
        for result in results {
            switch result {
            case .duplicate: alreadyThere += 1
            case .restored: moved += 1
            case .yielded:
                moved += 1
                yielded += 1
            }
        }
    }
}
