import MainspringCore
import MainspringRuntime
import MainspringTesting

@testable import MainspringRedis

/// One server for all tests of the store; each has a namespace of its own.
enum StoreKit {
    static let server = Task { try await TestRedis.start() }

    static func endpoint() async throws -> RedisEndpoint {
        RedisEndpoint(.socket(try await server.value.socket))
    }

    /// Waits longer than a busy test machine is slow.
    static var options: RedisOptions {
        var options = RedisOptions()
        options.connections = 1
        options.connectWithin = .seconds(30)
        options.answerWithin = .seconds(30)
        return options
    }

    /// `editing`: changes the text of scripts.
    static func store(
        _ namespace: String, at endpoint: RedisEndpoint? = nil,
        editing edit: @escaping @Sendable (String) -> String = { $0 }
    ) async throws -> RedisJobStore {
        let place = if let endpoint { endpoint } else { try await Self.endpoint() }
        let store = RedisJobStore(place, namespace: namespace, time: SystemTime(), options: options, editing: edit)
        try await store.stopClock()
        return store
    }

    static func namespace() -> String { RandomIDSource().nonce() }
}

extension RedisJobStore {
    /// From now on it moves only when it is told to.
    func stopClock() async throws {
        _ = try await client.call(RedisCommand("HSET", key("clock"), "step", "0"))
    }

    func advanceClock(by duration: Duration) async throws {
        _ = try await client.call(RedisCommand("HINCRBY", key("clock"), "steady", "\(duration.wholeMicroseconds)"))
    }

    /// Removes all that is in the namespace.
    func clear() async throws {
        let keys = try await keys()
        for part in keys.cut(at: 500, weight: { _ in 1 }) {
            var command = RedisCommand("DEL")
            for key in part { command.append(key) }
            _ = try await client.call(command)
        }
    }

    /// All keys of the namespace.
    func keys() async throws -> [String] {
        var keys: [String] = []
        var cursor = "0"
        repeat {
            let answer = try await client.call(
                RedisCommand("SCAN", cursor, "MATCH", "{\(namespace)}:*", "COUNT", "1000"))
            cursor = answer.array?.first?.text ?? "0"
            keys += (answer.array?.last?.array ?? []).compactMap(\.text)
        } while cursor != "0"
        return keys
    }
}
