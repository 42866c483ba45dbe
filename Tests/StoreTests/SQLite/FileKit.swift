import Foundation
import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import Testing

/// A folder with a store's file, and short words for what the tests write.
struct FileKit {
    let folder: TemporaryFolder
    let file: String
    let alice = NodeIdentity(name: "alice", incarnation: "1")

    init() throws {
        folder = try TemporaryFolder()
        file = folder.file("jobs.db")
    }

    static func at(_ second: Int64) -> Timestamp { Timestamp(microseconds: 1_767_225_600_000_000 + second * 1_000_000) }

    func id(_ name: String) -> JobID { JobID(rawValue: name)! }

    func job(_ name: String, queue: String = "q", hold: UniqueHold? = nil, limit: Int? = nil) -> NewJob {
        NewJob(
            record: JobRecord(
                id: id(name), kind: "k", queue: queue, state: .available, priority: .normal, arguments: "{}",
                maxAttempts: 3, createdAt: Self.at(0), scheduledAt: Self.at(0), unique: hold),
            queueLimit: limit)
    }

    /// Alice lives, leads, and knows the kind.
    func beat(_ store: any JobStore, lease: Duration = .seconds(60)) async throws -> Term {
        let node = NodeRecord(identity: alice, startedAt: Self.at(0), seenAt: Self.at(0), kinds: ["k": 1])
        return try #require(try await store.beat(NodeBeat(node: node, lease: lease)).term)
    }

    func claim(
        _ store: any JobStore, _ count: Int = 1, nonce: String = "n", lease: Duration = .seconds(60)
    ) async throws
        -> [Lease]
    {
        try await store.claim(
            ClaimRequest(
                owner: alice, demand: ["q": count], kinds: ["k": 1], nonce: nonce, now: Self.at(1), lease: lease))
    }

    func settlement(_ lease: Lease, _ outcome: JobOutcome = .success(result: nil)) -> Settlement {
        var random = SystemRandomNumberGenerator()
        return Settlement(
            lease: lease, outcome: outcome, policy: RetryPolicy(), output: AttemptOutput(standardOutput: [1]),
            node: "alice", startedAt: Self.at(1), now: Self.at(2), cancelRequested: false, using: &random)
    }

    /// With another connection, as another program would.
    func run(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    func text(_ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: file)
        defer { try? queue.close() }
        return try queue.read { try String.fetchAll($0, sql: sql) }
    }

    /// The code of the error that the body throws, which must say what to do next.
    func code(_ body: () async throws -> Void) async -> MainspringError.Code? {
        do {
            try await body()
            return nil
        } catch let error as MainspringError {
            #expect(error.hint != nil, "\(error) says what to do next")
            return error.code
        } catch {
            Issue.record("\(error) is no MainspringError")
            return nil
        }
    }
}
