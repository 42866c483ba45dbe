import MainspringCore

/// The `Retry-After` header (RFC 9110 §10.2.3), in its form of seconds; dates are read as no answer, because the two clocks
/// need not agree.
enum RetryAfter {
    /// A server cannot park a job for longer.
    static let cap: Duration = .seconds(3600)

    static func parse(_ header: String?) -> Duration? {
        guard let header, let seconds = Int64(header), seconds >= 0 else { return nil }
        return min(.seconds(seconds), cap)
    }
}
