import MainspringCore

extension Error {
    /// For people, of bounded length: what happened, and why if that is known.
    package var sentence: String {
        guard let error = self as? MainspringError else { return String("\(self)".prefix(500)) }
        return error.cause.map { "\(error.message): \($0)" } ?? error.message
    }
}
