/// How far an attempt says that it is.
public struct JobProgress: Sendable, Hashable {
    /// From 0 to 1; nil when it cannot be told.
    public var fraction: Double?
    /// At most 256 bytes of UTF-8; what is longer is cut.
    public var message: String?

    /// A fraction outside of 0 to 1 becomes the nearer end; one that is no number, nil.
    public init(fraction: Double? = nil, message: String? = nil) {
        self.fraction = fraction.flatMap { $0.isNaN ? nil : min(1, max(0, $0)) }
        self.message = message?.prefix(bytes: 256)
    }
}
