import GRDB

extension DatabaseReader {
    /// Calls `body` with a connection that sees one moment of the file. Not cut short by a cancellation.
    @concurrent func look<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            asyncRead { database in continuation.resume(with: Result { try body(try database.get()) }) }
        }
    }
}
