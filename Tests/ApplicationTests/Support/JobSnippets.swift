import GRDB
import Mainspring
import MainspringTesting
import Testing

// What docs/jobs.md shows, compiled; SnippetTests compares the two.

struct Trend: Codable, Sendable {
    var symbol: String
}

enum FeedError: Error {
    case unknownSymbol
    case busy(Int)
}

extension PriceFeed {
    func scan(_ symbol: String) async throws -> Trend { Trend(symbol: symbol) }
}

struct ScanSymbol: Job {
    static let kind = "scan"
    static let options = JobOptions(
        queue: "scans", priority: .high, timeout: .seconds(30), retry: .exponential(max: 5), silence: .seconds(10))

    var symbol: String

    func run(_ context: JobContext) async throws -> Trend {
        try await context[PriceFeed.self].scan(symbol)
    }
}

extension ScanSymbol {
    static func retry(after error: any Error, attempts: Int) -> JobRetry {
        switch error {
        case FeedError.unknownSymbol: .never
        case FeedError.busy(let seconds): .after(.seconds(seconds))
        default: .byPolicy
        }
    }
}

struct ScanSymbols: Job {
    static let kind = "scan-all"
    static let version = 2
    var symbols: [String]

    static func upcast(_ payload: [String: JSONValue], from version: Int) throws -> [String: JSONValue] {
        ["symbols": .array([payload["symbol"] ?? .null])]
    }

    func run(_ context: JobContext) async throws {}
}

struct ImportRows: Job {
    static let kind = "import"
    var rows: [String]

    func store(_ row: String) async throws {}

    func run(_ context: JobContext) async throws -> Int {
        for (done, row) in rows.enumerated() {
            try await store(row)
            context.progress(Double(done) / Double(rows.count), "row \(done)")
            if row.isEmpty { context.log("row \(done) is empty") }
        }
        return rows.count
    }
}

struct JobSnippets {
    static func enqueue(_ app: MainspringApplication) async throws -> Trend {
        let handle = try await app.jobs.enqueue(ScanSymbol(symbol: "AAPL"), in: .minutes(5), unique: .by(\.symbol))
        let trend = try await handle.result(within: .hours(1))
        return trend
    }

    static func unique(_ jobs: JobClient) async throws {
        try await jobs.enqueue(ScanSymbol(symbol: "AAPL"), unique: .by(\.symbol))
        try await jobs.enqueue(
            ScanSymbol(symbol: "AAPL"), unique: .by(\.symbol, for: .minutes(10), onConflict: .throttle))
        try await jobs.enqueue(ScanSymbol(symbol: "AAPL"), unique: .by("symbol", onConflict: .keepLast))
    }

    static func child(_ context: JobContext, of symbol: String) async throws -> Trend {
        let child = try await context.enqueue(ScanSymbol(symbol: symbol), id: context.childID(symbol))
        let trend = try await child.result(within: .minutes(1))
        return trend
    }

    static func client() async throws -> Trend {
        let client = try Mainspring.client("mainspring.yaml")
        let handle = try await client.jobs.enqueue(ScanSymbol(symbol: "AAPL"))
        let trend = try await handle.result(within: .seconds(30))
        try await client.close()
        return trend
    }

    static func transaction(_ jobs: JobClient, _ pool: DatabasePool) async throws {
        try await pool.write { database in
            try database.execute(sql: "UPDATE orders SET paid = 1 WHERE id = 17")
            try jobs.enqueue(ScanSymbol(symbol: "AAPL"), in: database)
        }
    }
}

@Suite("The tests of docs/jobs.md")
struct JobTestSnippets {
    private let feed = ProvidedResource(PriceFeed.self) { _ in PriceFeed() }

    @Test("one attempt")
    func perform() async throws {
        try await withTestRuntime(provided: [feed]) { runtime in
            let trend = try await runtime.perform(ScanSymbol(symbol: "AAPL"))
            #expect(trend.symbol == "AAPL")
            await runtime.stop()
        }
    }

    @Test("a node in memory")
    func node() async throws {
        try await withTestJobs(ScanSymbol.self, provided: [feed], time: ManualTime()) { jobs in
            let handle = try await jobs.client.enqueue(ScanSymbol(symbol: "AAPL"))
            let trend = try await handle.result(within: .seconds(1))
            #expect(trend.symbol == "AAPL")
        }
    }
}
