import MainspringStore
import Synchronization

/// Between one store and the others that use its file: what this one wrote is told to them, what they wrote is heard.
final class NewsLine: Sendable {
    private typealias Handler = @Sendable (StoreNews) -> Void

    private final class Ear: Sendable {
        let handler = Mutex<Handler?>(nil)

        func hear(_ news: StoreNews) { handler.withLock { $0 }?(news) }
    }

    private let ear = Ear()
    private let bell: Doorbell?

    init(database: String, rings: Bool) throws {
        bell = try rings ? Doorbell(database: database) { [ear] in ear.hear(StoreNews(rawValue: $0.rawValue)) } : nil
    }

    func set(_ handler: (@Sendable (StoreNews) -> Void)?) { ear.handler.withLock { $0 = handler } }

    /// After the commit.
    func tell(_ news: StoreNews) { bell?.ring(DoorbellKind(rawValue: news.rawValue)) }

    func close() {
        set(nil)
        bell?.close()
    }
}
