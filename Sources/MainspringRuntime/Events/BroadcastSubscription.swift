/// The messages of a broadcaster from one `subscribe` on, for one client.
///
/// The subscription is over when its iteration ends (by `break`, by an error, by cancellation) or when it is let go without
/// one; what is queued is then freed and counted as left behind. Its loop throws ``SlowSubscriber`` at once when the
/// subscriber was closed, without what was queued.
public struct BroadcastSubscription: AsyncSequence, Sendable {
    public typealias Element = BroadcastMessage
    public typealias Failure = SlowSubscriber

    private let core: BroadcastCore
    private let id: Int
    private let membership: Membership

    init(core: BroadcastCore, id: Int) {
        self.core = core
        self.id = id
        membership = Membership { core.unsubscribe(id) }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(core: core, id: id, iteration: membership.beginIteration())
    }

    public struct Iterator: AsyncIteratorProtocol {
        let core: BroadcastCore
        let id: Int
        let iteration: Membership.Iteration

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SlowSubscriber) -> BroadcastMessage? {
            try await core.next(for: id, isolation: actor)
        }
    }
}
