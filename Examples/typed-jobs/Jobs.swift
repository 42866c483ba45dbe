import Mainspring

/// Scans one symbol. It is its own payload: stored as {"symbol": "AAPL"}.
struct ScanSymbol: Job {
    static let kind = "scan"
    static let options = JobOptions(
        queue: "scans", timeout: .seconds(10), retry: .exponential(max: 5, base: .milliseconds(200)),
        unique: .by("symbol"))

    var symbol: String

    func run(_ context: JobContext) async throws -> Signal {
        let price = try await context[PriceFeed.self].price(of: symbol)
        context.log("\(symbol) is at \(price)")
        return Signal(symbol: symbol, isRising: price.isMultiple(of: 2), price: price)
    }

    /// Nobody trades it: no other attempt would find a price.
    static func retry(after error: any Error, attempts: Int) -> JobRetry {
        if case FeedError.unknownSymbol = error { .never } else { .byPolicy }
    }
}

struct Signal: Codable, Sendable {
    var symbol: String
    var isRising: Bool
    var price: Int
}

/// Has every symbol scanned, by a job of its own, and sums up what they found.
struct ScanMarket: Job {
    static let kind = "scan-market"

    var symbols: [String]

    func run(_ context: JobContext) async throws -> String {
        var rising: [String] = []
        var failed = 0
        for (done, symbol) in symbols.enumerated() {
            // The id makes it the same child in every attempt of this job.
            let child = try await context.enqueue(ScanSymbol(symbol: symbol), id: context.childID(symbol))
            do {
                if try await child.result(within: .seconds(30)).isRising { rising.append(symbol) }
            } catch let error as MainspringError where error.code == .jobDiscarded {
                failed += 1
            }
            context.progress(Double(done + 1) / Double(symbols.count), "\(symbol) is done")
        }
        return "\(rising.count) of \(symbols.count) rise: \(rising.joined(separator: ", ")); no price for \(failed)"
    }
}
