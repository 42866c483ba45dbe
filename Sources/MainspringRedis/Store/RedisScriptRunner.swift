import MainspringCore
import Synchronization

/// Runs scripts by their hash; the server is given a script's text when it does not know it: at first, and after a restart.
final class RedisScriptRunner: Sendable {
    private let client: RedisClient
    private let namespace: String
    /// Comes before the first script; nil: somebody else looks at the server.
    private let check: RedisServerCheck?
    private let isChecked = Atomic(false)
    private let hashes = Mutex<[RedisScript: String]>([:])
    /// Changes the text of scripts, in the test that proves that the conformance suite sees the difference.
    private let edit: @Sendable (String) -> String

    init(
        _ client: RedisClient, namespace: String, check: RedisServerCheck? = nil,
        edit: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.client = client
        self.namespace = namespace
        self.check = check
        self.edit = edit
    }

    /// The arguments after the keys.
    func run(
        _ script: RedisScript, reserving bytes: Int = 256, _ arguments: (inout RedisCommand) throws -> Void
    ) async throws -> RedisValue {
        try await requireServer()
        var command = RedisCommand("EVALSHA", reserving: bytes + 128)
        command.append(try await hash(of: script))
        command.append(1)
        command.append("{\(namespace)}:")
        try arguments(&command)
        return try await call(command, script)
    }

    /// Calls at the same time may each look.
    private func requireServer() async throws {
        guard let check, !isChecked.load(ordering: .acquiring) else { return }
        _ = try await check.condition()
        isChecked.store(true, ordering: .releasing)
    }

    private func hash(of script: RedisScript) async throws -> String {
        let known = hashes.withLock { $0[script] }
        if let known { return known }
        return try await load(script)
    }

    private func call(_ command: RedisCommand, _ script: RedisScript) async throws -> RedisValue {
        do {
            return try await client.call(command)
        } catch {
            guard case .refused(let refusal) = error, refusal.code == "NOSCRIPT" else {
                throw StoreRefusal.error(error, of: script.rawValue)
            }
        }
        // It was started anew, perhaps with other settings, or without its data.
        isChecked.store(false, ordering: .releasing)
        try await requireServer()
        _ = try await load(script)
        do {
            return try await client.call(command)
        } catch {
            throw StoreRefusal.error(error, of: script.rawValue)
        }
    }

    private func load(_ script: RedisScript) async throws -> String {
        let answer: RedisValue
        do {
            answer = try await client.call(RedisCommand("SCRIPT", "LOAD", edit(script.text)))
        } catch {
            throw StoreRefusal.error(error, of: script.rawValue)
        }
        guard let hash = answer.text else { throw StoreDamage.error("SCRIPT LOAD answers without a hash") }
        hashes.withLock { $0[script] = hash }
        return hash
    }
}
