import MainspringCore

extension MainspringError {
    /// `cause` is left out when it only says that the operation was cancelled, as every one is.
    static func timedOut(_ name: String, limit: Duration, cause: (any Error)? = nil) -> Self {
        MainspringError(
            .timedOut, "\(name) did not end within \(limit.text)",
            cause: cause.flatMap { $0 is CancellationError ? nil : "\($0)" },
            hint: "Give it more time, or find out what it waits for.")
    }
}
