/// What others wrote, as far as it may matter to whoever waits.
public struct StoreNews: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// There may be jobs to claim or to promote.
    public static let work = Self(rawValue: 1)
    /// Jobs ended, or attempts of them.
    public static let ended = Self(rawValue: 2)
    /// A cancel, a wish for a node, a node that came or left.
    public static let control = Self(rawValue: 4)

    public static let all: Self = [.work, .ended, .control]
}
