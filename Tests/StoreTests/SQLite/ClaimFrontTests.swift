import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("A claim for a node")
struct ClaimFrontTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    @Test("finds the jobs of as many kinds as it knows, and no others", arguments: [1, 2, 3, 8, 63, 64, 65, 200])
    func kinds(_ count: Int) async throws {
        let store = try SQLiteJobStore(path: kit.file, durability: .normal)
        let jobs = (0...count).map { number in
            var job = kit.job("job-\(number)")
            job.record.kind = "kind-\(number)"
            return job
        }
        _ = try await store.insert([jobs], now: FileKit.at(0))
        let known = Dictionary(uniqueKeysWithValues: (0..<count).map { ("kind-\($0)", 1) })
        let claimed = try await claim(store, known)
        #expect(claimed == (0..<count).map { "job-\($0)" })
        try await store.close()
    }

    @Test("finds the versions that it knows of each kind", arguments: [1, 2])
    func versions(_ other: Int) async throws {
        let store = try SQLiteJobStore(path: kit.file, durability: .normal)
        let jobs = ["a", "b"].flatMap { kind in
            (1...3).map { version in
                var job = kit.job("\(kind)-\(version)")
                job.record.kind = kind
                job.record.version = version
                return job
            }
        }
        _ = try await store.insert([jobs], now: FileKit.at(0))
        let claimed = try await claim(store, ["a": 2, "b": other])
        #expect(claimed == ["a-1", "a-2", "b-1", "b-2"].filter { $0 != "b-2" || other == 2 })
        try await store.close()
    }

    private func claim(_ store: SQLiteJobStore, _ kinds: [String: Int]) async throws -> [String] {
        let request = ClaimRequest(
            owner: kit.alice, demand: ["q": 1000], kinds: kinds, nonce: "n", now: FileKit.at(1), lease: .seconds(10))
        return try await store.claim(request).map(\.job.id.rawValue)
    }
}
