import Foundation
import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("The payload of a job in Swift", .timeLimit(.minutes(1)))
struct TypedPayloadTests {
    struct Order: Job, Equatable {
        static let kind = "order"
        var number: UInt64
        var price: Decimal
        var placed: Date
        var proof: Data
        var side: Side
        var note: String?
        func run(_ context: JobContext) async throws -> Order { self }
    }

    enum Side: String, Codable { case buy, sell }

    @Test("keeps 64-bit numbers, decimals and bytes, and times to the microsecond, as text that others can read")
    func values() async throws {
        let order = Order(
            number: .max, price: Decimal(string: "1234567890.123456789")!,
            placed: Date(timeIntervalSince1970: 1_767_225_600.123_456), proof: Data([1, 2, 3]), side: .sell)
        try await withTestJobs(Order.self) { jobs in
            let handle = try await jobs.client.enqueue(order)
            let back = try await handle.result(within: .seconds(5))
            #expect(abs(back.placed.timeIntervalSince(order.placed)) < 0.000_001)
            var same = back
            same.placed = order.placed
            #expect(same == order)
            let arguments = try await handle.status().arguments
            #expect(arguments.contains(#""placed":"2026-01-01T00:00:00.123456Z""#))
            #expect(arguments.contains(#""number":18446744073709551615"#))
            #expect(arguments.contains(#""proof":"AQID""#))
        }
    }

    @Test(
        "from a caller without types is checked against the type, and a refusal quotes no value",
        arguments: [
            ("{}", "'note' is missing"), (#"{"note":"x","side":"secret"}"#, "'side' is not valid"),
            (#"{"note":7,"side":"buy"}"#, "'note' is not of the type String"),
            (#"{"note":null,"side":"buy"}"#, "'note' is null"), (#"{"note":"x","side":"buy"}"#, nil),
        ])
    func untyped(arguments: String, problem: String?) async throws {
        struct Small: Job {
            static let kind = "small"
            var note: String
            var side: Side
            func run(_ context: JobContext) async throws {}
        }
        let request = JobRequest(kind: "small", arguments: try #require(JSONParser.parse(arguments).object))
        try await withTestJobs(Small.self) { jobs in
            guard let problem else {
                try await jobs.client.enqueue(request)
                return
            }
            let error = await #expect(throws: MainspringError.self) { try await jobs.client.enqueue(request) }
            #expect(error?.code == .invalidArguments)
            #expect(error?.cause == problem)
        }
    }

    @Test("that is no object, is too large or has no form in JSON is refused, and nothing is stored")
    func refused() async throws {
        struct Bare: Job {
            static let kind = "bare"
            var value: Double
            init(value: Double) { self.value = value }
            init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Double.self) }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(value)
            }
            func run(_ context: JobContext) async throws {}
        }
        try await withTestJobs(Act.self, Bare.self) { jobs in
            func code(_ body: () async throws -> Void) async -> MainspringError.Code? {
                do {
                    try await body()
                    return nil
                } catch {
                    return (error as? MainspringError)?.code
                }
            }
            #expect(await code { try await jobs.client.enqueue(Bare(value: 1)) } == .invalidArguments)
            #expect(await code { try await jobs.client.enqueue(Bare(value: .nan)) } == .invalidArguments)
            let long = Act(name: String(repeating: "x", count: 1 << 20))
            #expect(await code { try await jobs.client.enqueue([Act(), long]) } == .tooLarge)
            #expect(await code { try await jobs.client.enqueue(Act(), tags: ["a b"]) } == .invalidArguments)
            let much = ["x": String(repeating: "x", count: 9 << 10)]
            #expect(await code { try await jobs.client.enqueue(Act(), metadata: much) } == .invalidArguments)
            #expect(await code { try await jobs.client.enqueue(Quiet()) } == .unknownKind)
            let stored = try await jobs.client.jobs(matching: JobQuery()).jobs
            #expect(stored.isEmpty)
        }
    }

    // MARK: Evolution

    struct Scan: Job {
        static let kind = "scan"
        static let version = 3
        static let options = JobOptions(retry: .none)
        var symbols: [String]

        static func upcast(_ payload: [String: JSONValue], from version: Int) throws -> [String: JSONValue] {
            guard version >= 2 else { throw Fault.plain }
            return ["symbols": .array([payload["symbol"] ?? .null])]
        }

        func run(_ context: JobContext) async throws -> [String] { symbols }
    }

    @Test(
        "of an older version is brought up; what cannot be is discarded without another attempt",
        arguments: [
            (3, #"{"symbols":["A","B"]}"#, nil), (2, #"{"symbol":"A"}"#, nil),
            (1, "{}", "the payload does not fit: from version 1: it was refused with Fault"),
            (2, "{}", "the payload does not fit: from version 2: 'symbols[0]' is null"),
            (3, "{}", "the payload does not fit: 'symbols' is missing"),
        ])
    func versions(version: Int, arguments: String, problem: String?) async throws {
        try await withTestJobs(Scan.self) { jobs in
            let now = SystemTimestamp.now
            let id = try #require(JobID(rawValue: "old"))
            let record = JobRecord(
                id: id, kind: "scan", queue: "default", state: .available, priority: .normal, arguments: arguments,
                version: version, maxAttempts: 5, createdAt: now, scheduledAt: now)
            _ = try await jobs.store.peer().insert([[NewJob(record: record)]], now: now)
            let end = await jobs.settled(id)
            guard let problem else {
                #expect(end?.nextState == .completed)
                return
            }
            #expect(end?.nextState == .discarded)
            #expect(end?.attempt.error?.code == "bad_payload")
            #expect(end?.attempt.error?.message == problem)
        }
    }

    private enum SystemTimestamp {
        static var now: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
    }
}
