import Glibc
import Mainspring

/// Enqueues one job, which makes others, waits for its result, and ends.
@main struct TypedJobs {
    static func main() async throws {
        try await Mainspring.run { app in
            app.provide(PriceFeed.self, closing: { await $0.shutdown() }) { try await PriceFeed.connect() }
            app.queue("scans", workers: 4)
            app.job(ScanSymbol.self)
            app.job(ScanMarket.self)
            app.service("analyst", restart: .never) { _ in
                let market = ScanMarket(symbols: ["AAPL", "ENRON", "IBM", "MSFT", "SAP"])
                let scan = try await app.jobs.enqueue(market, unique: .by(\.symbols), tags: ["example"])
                say("Enqueued \(scan.id)")
                say(try await scan.result(within: .minutes(1)))
                app.stop()
            }
        }
    }
}

func say(_ line: String) {
    print(line)
    // At once, also into a pipe.
    fflush(nil)
}
