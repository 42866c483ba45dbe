import MainspringCore
import MainspringStore
import Synchronization

/// A spool whose disk fails when told.
final class BrittleSpool: Spool {
    private let inner = MemorySpool()
    private let isFailing = Mutex(false)

    func fails(_ fails: Bool) { isFailing.withLock { $0 = fails } }

    private func check() throws {
        if isFailing.withLock({ $0 }) { throw MainspringError(.storeReadOnly, "the spool's disk is read-only") }
    }

    var bounds: SpoolBounds { inner.bounds }
    var tally: SpoolTally { inner.tally }

    func append(_ entries: [SpoolEntry], now: Timestamp) async throws -> [Int64] {
        try check()
        return try await inner.append(entries, now: now)
    }

    func entries(of kind: SpoolEntry.Kind, after number: Int64, limit: Int) async throws -> [SpooledEntry] {
        try await inner.entries(of: kind, after: number, limit: limit)
    }

    func remove(_ numbers: [Int64]) async throws {
        try check()
        try await inner.remove(numbers)
    }

    func epoch() async throws -> StoreEpoch? { try await inner.epoch() }
    func remember(_ epoch: StoreEpoch) async throws { try await inner.remember(epoch) }
    func close() async throws { try await inner.close() }
}

final class EventCount: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
