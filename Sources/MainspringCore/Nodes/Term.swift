/// The right to promote, fire, reclaim, park and prune for all nodes of a store: issued by the store to one node at a time,
/// with a number that only grows. A write under an older number is refused.
public struct Term: Sendable, Hashable {
    public let number: Int64

    public init(number: Int64) {
        self.number = number
    }
}
