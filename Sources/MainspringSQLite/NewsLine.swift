import MainspringStore
import Synchronization

/// Between one store and the others that use its file: what this one wrote is told to them, what they wrote is heard.
final class NewsLine: Sendable {
    private let handler = Mutex<(@Sendable (StoreNews) -> Void)?>(nil)

    init(database: String, rings: Bool) throws {}

    func set(_ handler: (@Sendable (StoreNews) -> Void)?) { self.handler.withLock { $0 = handler } }

    /// After the commit.
    func tell(_ news: StoreNews) {}

    func close() { set(nil) }

    private func hear(_ news: StoreNews) {
        handler.withLock { $0 }?(news)
    }
}
