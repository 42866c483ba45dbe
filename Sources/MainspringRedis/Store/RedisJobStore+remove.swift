extension RedisJobStore {
    /// Removes every key of the namespace, also jobs; no node may use it. Others may write new ones meanwhile.
    public func removeEverything() async throws {
        do {
            var cursor = "0"
            repeat {
                let answer = try await client.call(
                    RedisCommand("SCAN", cursor, "MATCH", "{\(namespace)}:*", "COUNT", "1000"))
                guard let parts = answer.array, parts.count == 2, let next = parts[0].text, let keys = parts[1].array
                else { throw StoreDamage.error("no page of keys") }
                var removal = RedisCommand("UNLINK")
                for key in keys { if let name = key.text { removal.append(name) } }
                if !keys.isEmpty { _ = try await client.call(removal) }
                cursor = next
            } while cursor != "0"
        } catch let error as RedisError { throw StoreRefusal.error(error, of: "remove") }
    }
}
