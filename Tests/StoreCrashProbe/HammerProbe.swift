import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore

/// Works on a file that others work on too, and ends with 0 when no step of it failed; says what did.
///
/// Makes `count` jobs under its name, and runs whatever it can claim, its own and others'. Opens the file anew now and then.
enum HammerProbe {
    static func run(file: String, name: String, count: Int) async -> Never {
        // For a test that never comes to wait for it.
        alarm(120)
        do {
            var made = 0
            while made < count {
                let store = try SQLiteJobStore(path: file, durability: .normal, busyTimeout: .seconds(60))
                let part = min(25, count - made)
                try await work(store, name: name, from: made, count: part)
                try await store.close()
                made += part
            }
            exit(0)
        } catch {
            let words = Array("\(name): \(error)\n".utf8)
            _ = words.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(1)
        }
    }

    private static func work(_ store: SQLiteJobStore, name: String, from first: Int, count: Int) async throws {
        let ids = RandomIDSource()
        let now = Timestamp(microseconds: 1_767_225_600_000_000)
        let node = NodeRecord(
            identity: NodeIdentity(name: name, incarnation: "1"), startedAt: now, seenAt: now, kinds: ["hammer": 1])
        let term = try await store.beat(NodeBeat(node: node, lease: .seconds(600))).term
        var leases: [Lease] = []
        for number in first..<first + count {
            let job = JobRecord(
                id: JobID(rawValue: "\(name)-\(number)")!, kind: "hammer", queue: "default", state: .available,
                priority: .normal, arguments: "{}", maxAttempts: 3, createdAt: now, scheduledAt: now)
            guard try await store.insert([[NewJob(record: job)]], now: now) == [[.inserted(job)]] else { exit(2) }
            _ = try await store.queues()
            if let term { _ = try? await store.promote(under: term, now: now, limit: 10) }
            leases = try await exchange(store, leases, node.identity, nonce: ids.nonce(), slots: 3, now: now)
        }
        while !leases.isEmpty {
            leases = try await exchange(store, leases, node.identity, nonce: ids.nonce(), slots: 0, now: now)
        }
    }

    private static func exchange(
        _ store: SQLiteJobStore, _ leases: [Lease], _ owner: NodeIdentity, nonce: String, slots: Int, now: Timestamp
    ) async throws -> [Lease] {
        var random = SystemRandomNumberGenerator()
        let settlements = leases.map { lease in
            Settlement(
                lease: lease, outcome: .success(result: nil), policy: RetryPolicy(), node: owner.name, startedAt: now,
                now: now, cancelRequested: false, using: &random)
        }
        let request = ClaimRequest(
            owner: owner, demand: ["default": slots], kinds: ["hammer": 1], nonce: nonce, now: now, lease: .seconds(600)
        )
        let exchange = try await store.exchange(settlements, claiming: request)
        guard exchange.settled.allSatisfy({ $0 == .settled(.completed) }) else { exit(3) }
        return exchange.leases
    }
}
