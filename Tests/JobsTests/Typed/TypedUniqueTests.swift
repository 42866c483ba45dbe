import MainspringCore
import MainspringJobs
import MainspringTesting
import Testing

@Suite("Unique jobs in Swift", .timeLimit(.minutes(1)))
struct TypedUniqueTests {
    struct Scan: Job {
        static let kind = "scan"
        var symbol: String
        let exchange: String
        var depth: Int? = nil
        var place = Place()
        var renamed = 1
        var twice: Int { renamed * 2 }

        enum CodingKeys: String, CodingKey {
            case symbol, exchange, depth, place
            case renamed = "other"
        }

        func run(_ context: JobContext) async throws {}
    }

    struct Place: Codable, Sendable { var city = "Hue" }

    struct Once: Job {
        static let kind = "once"
        static let options = JobOptions(unique: .by("n"))
        var n: Int
        var note = ""
        func run(_ context: JobContext) async throws {}
    }

    struct Misnamed: Job {
        static let kind = "misnamed"
        static let options = JobOptions(unique: .by("m"))
        var n: Int
        func run(_ context: JobContext) async throws {}
    }

    /// Nothing runs: all stay where they are.
    private func paused(_ body: (JobClient) async throws -> Void) async throws {
        try await withTestJobs(Scan.self, Once.self, Misnamed.self) { jobs in
            try await jobs.client.enqueue(Once(n: 0), in: .hours(1))
            try await jobs.client.setPaused(true, queue: "default")
            try await body(jobs.client)
        }
    }

    @Test("a key path stands for the member of its name: others of the same value are duplicates")
    func keyPaths() async throws {
        try await paused { client in
            func add(_ scan: Scan, _ unique: JobUnique<Scan>) async throws -> Bool {
                try await client.enqueue(scan, unique: unique).isDuplicate
            }
            let first = try await add(Scan(symbol: "A", exchange: "X"), .by(\.symbol))
            #expect(!first)
            #expect(try await add(Scan(symbol: "A", exchange: "Y"), .by(\.symbol)) == true)
            #expect(try await add(Scan(symbol: "A", exchange: "Z"), .by("symbol")) == true)
            #expect(try await add(Scan(symbol: "B", exchange: "X"), .by(\.symbol)) == false)
            #expect(try await add(Scan(symbol: "A", exchange: "X"), .by(\.symbol, \.exchange)) == false)
            #expect(try await add(Scan(symbol: "A", exchange: "X", depth: 2), .by(\.symbol, \.exchange)) == true)
            #expect(try await add(Scan(symbol: "A", exchange: "X"), .by(\.depth)) == false)
            #expect(try await add(Scan(symbol: "C", exchange: "X"), .by(\.depth)) == true)
            #expect(try await add(Scan(symbol: "C", exchange: "X", depth: 7), .by(\.depth)) == false)
            #expect(try await add(Scan(symbol: "D", exchange: "X"), .by(\.place)) == false)
            #expect(try await add(Scan(symbol: "D", exchange: "X"), .payload()) == false)
        }
    }

    @Test("what names no member of the payload is refused: its key would hold too little")
    func refused() async throws {
        try await paused { client in
            let scan = Scan(symbol: "A", exchange: "X")
            for unique: JobUnique<Scan> in [
                .by(\.twice), .by(\.place.city), .by(\.renamed), .by("renamed"), .by(\.self),
            ] {
                let error = await #expect(throws: MainspringError.self) {
                    try await client.enqueue(scan, unique: unique)
                }
                #expect(error?.code == .invalidArguments)
            }
            try await client.enqueue(scan, unique: .by("other", "depth"))
            let error = await #expect(throws: MainspringError.self) { try await client.enqueue(Misnamed(n: 1)) }
            #expect(error?.message == "'m' is not a member of the payload of kind misnamed")
            #expect(error?.hint == "There are n.")
        }
    }

    @Test("a kind's own rule holds for every way in")
    func options() async throws {
        try await paused { client in
            let first = try await client.enqueue(Once(n: 1, note: "first"))
            let second = try await client.enqueue(Once(n: 1, note: "second"))
            #expect(second.id == first.id)
            let third = try await client.enqueue(JobRequest(kind: "once", arguments: ["n": 1, "note": "third"]))
            #expect(third.id == first.id)
            let replaced = try await client.enqueue(Once(n: 1, note: "last"), unique: .by(\.n, onConflict: .replace))
            #expect(replaced.id == first.id)
            #expect(try await first.status().arguments == #"{"n":1,"note":"last"}"#)
        }
    }
}
