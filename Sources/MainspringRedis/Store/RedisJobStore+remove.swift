extension RedisJobStore {
    /// Removes every key of the namespace, also jobs; no node may use it. Others may write new ones meanwhile.
    /// When it is cut off, no job of the namespace is found any more, and the next removal takes what is left.
    public func removeEverything() async throws {
        do {
            // First the list of all jobs: without it none is found, where one that has lost a part would be damage.
            _ = try await client.call(RedisCommand("UNLINK", key("all")))
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
