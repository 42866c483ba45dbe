import Mainspring

enum FeedError: Error {
    case busy
    case unknownSymbol
}

/// Prices from a made-up exchange that is busy when it is first asked for a symbol.
actor PriceFeed {
    private let prices = ["AAPL": 232, "IBM": 277, "MSFT": 508, "SAP": 246]
    private var asked: Set<String> = []

    static func connect() async throws -> PriceFeed { PriceFeed() }

    func price(of symbol: String) throws -> Int {
        guard let price = prices[symbol] else { throw FeedError.unknownSymbol }
        guard !asked.insert(symbol).inserted else { throw FeedError.busy }
        return price
    }

    func shutdown() {}
}
