import MainspringCore
import MainspringJobs
import MainspringStore

extension Mainspring {
    /// Takes everything from one store to another, while no node uses either: jobs with their histories, paused queues, the
    /// last instants of schedules. It can be repeated after any end, also a kill: what is there already is passed over.
    ///
    /// `progress` is told after each step. With `removing` the source is gone afterwards; else it is as it was, but for jobs
    /// whose owner died, which are available again there.
    ///
    /// Throws `ConfigurationErrors`; `locked` while a live node uses one of them; `not_found` when there is no source;
    /// `conflict` when the source of a move that removes it holds something else too, or its node's spool is not empty; and a
    /// store's errors.
    public static func move(
        from source: StorePlace, to target: StorePlace, removing: Bool = false,
        progress: @escaping @Sendable (StoreMoveTally) async -> Void = { _ in }
    ) async throws -> StoreMoveTally {
        let time = SystemTime()
        let (from, to) = (try source.store(), try target.store())
        guard from.place != to.place else {
            throw MainspringError(.malformed, "a store is not moved to itself", hint: "Name two stores.")
        }
        try await source.checkSpool(time: time)
        try from.requireExistence()
        if removing { try await from.requireThatItIsOurs() }
        let first = try from.open(time: time)
        do {
            let second = try to.open(time: time)
            let result: Result<StoreMoveTally, any Error>
            do {
                result = .success(
                    try await StoreMove(
                        source: first, target: second, time: time, ids: RandomIDSource(), progress: progress
                    ).run())
            } catch {
                result = .failure(error)
            }
            try await second.close()
            let tally = try result.get()
            try await first.close()
            if removing { try await from.remove() }
            return tally
        } catch {
            try? await first.close()
            throw error
        }
    }
}
