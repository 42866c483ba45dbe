public import MainspringCore

/// Requests that were refused before anything was written: the problems of all of them, the first
/// ``Dispatcher/problemLimit``.
public struct InvalidRequests: Error, Sendable, Equatable {
    public struct Problem: Sendable, Equatable {
        /// The request's place in the array, from 0.
        public var index: Int
        public var code: MainspringError.Code
        public var message: String
    }

    public var problems: [Problem]
}
