import Logging
import MainspringCore
import MainspringStore

/// Writes the ends of attempts in batches, and tells the sink after each commit.
///
/// A settlement that the store does not take is tried again until it does: its slot stays taken meanwhile, so that no more
/// than the node's slots can wait here.
final class Settler: Sendable {
    private let batcher: Batcher<Settlement, SettleResult>
    private let sink: any EventSink

    init(store: any JobStore, time: any TimeSource, sink: any EventSink, health: StoreHealth) {
        self.sink = sink
        batcher = Batcher(batchLimit: 500) { settlements in
            while true {
                do {
                    let results = try await store.settle(settlements)
                    health.succeeded(doing: .settle)
                    return results
                } catch {
                    health.failed(error, doing: .settle)
                    try await time.sleep(for: health.retryDelay(of: .settle))
                }
            }
        }
    }

    /// `done` is called after the commit, and after the event.
    func submit(_ settlement: Settlement, done: @escaping @Sendable () -> Void) {
        batcher.submit(settlement) { [sink] result in
            switch result {
            case .success(.settled(let state)):
                var settlement = settlement
                settlement.nextState = state
                let ran = (settlement.attempt.finishedAt ?? settlement.attempt.startedAt) - settlement.attempt.startedAt
                sink.emit(.job(.settled(settlement, ran: max(.zero, ran))))
            case .success(.stale), .failure: sink.emit(.job(.staleWrite(id: settlement.id)))
            }
            done()
        }
    }

    func run() async { await batcher.run() }

    func close() { batcher.close() }
}
