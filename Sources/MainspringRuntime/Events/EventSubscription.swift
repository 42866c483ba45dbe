/// The events of a bus from one `subscribe` on.
///
/// The subscription is over when its iteration ends (by `break`, by an error, by cancellation) or when it is let go without
/// one. Several loops over one subscription share its events, each event going to one of them; the last to end ends the
/// subscription. A loop whose task is cancelled ends at once; what it did not read is counted as left behind.
public struct EventSubscription<Event: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Event
    public typealias Failure = Never

    let core: EventBusCore<Event>
    let id: Int
    private let membership: Membership

    init(core: EventBusCore<Event>, id: Int) {
        self.core = core
        self.id = id
        membership = Membership { core.unsubscribe(id) }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(core: core, id: id, iteration: membership.beginIteration())
    }

    public struct Iterator: AsyncIteratorProtocol {
        let core: EventBusCore<Event>
        let id: Int
        let iteration: Membership.Iteration

        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> Event? {
            await core.next(for: id, isolation: actor)
        }
    }
}
