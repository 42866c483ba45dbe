/// Thrown by a job that can never be done: it is discarded, whatever attempts are left.
public struct JobDiscard: Error, Sendable, Hashable {
    /// Up to 64 printable characters.
    public var code: String
    /// For people; it is stored, so it should hold nothing secret.
    public var reason: String

    public init(_ reason: String, code: String = "discarded") {
        self.reason = reason
        self.code = code
    }
}
