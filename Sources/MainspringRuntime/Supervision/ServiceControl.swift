/// What surfaces (HTTP, command line, page) may do to supervised services.
public protocol ServiceControl: Sendable {
    /// In start order.
    func services() -> [ServiceStatus]

    /// Stops the service by its stop policy and starts it again, with its backoff reset; returns once that is under
    /// way. Throws `not_found`, or `draining` while the node stops.
    func restart(_ name: String) async throws

    /// The last lines of both outputs, oldest first; at most `lines`. Throws `not_found`.
    func logTail(of name: String, lines: Int) throws -> [String]
}
