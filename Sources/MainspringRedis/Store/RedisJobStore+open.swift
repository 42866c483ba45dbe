extension RedisJobStore {
    /// Looks at the server and makes the namespace when it is new. Calling it again looks again.
    ///
    /// Throws `store_denied` when the server cannot keep jobs: it is older than 6.2, a part of a cluster, or evicts keys;
    /// `store_read_only` when it is a replica; `store_newer` when the namespace is a newer Mainspring's.
    public func open() async throws -> RedisCondition {
        let condition = try await server.condition()
        await listen()
        return condition
    }
}
