public import MainspringCore
import Synchronization

/// A spool for tests, and for nodes whose store may die with the process.
public final class MemorySpool: Spool {
    private struct State {
        var entries: [(SpooledEntry, bytes: Int)] = []
        var last: Int64 = 0
        var epoch: StoreEpoch?
        var tally = SpoolTally()
        var isClosed = false
    }

    private let state = Mutex(State())
    public let bounds: SpoolBounds

    public init(bounds: SpoolBounds = SpoolBounds()) {
        self.bounds = bounds
    }

    public var tally: SpoolTally { state.withLock { $0.tally } }

    private func step<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
        try state.withLock { state in
            if state.isClosed { throw MainspringError(.storeFailed, "the spool is closed") }
            return try body(&state)
        }
    }

    public func append(_ entries: [SpoolEntry], now: Timestamp) async throws -> [Int64] {
        try step { state in
            let bytes = entries.map(Self.bytes)
            try bounds.check(state.tally, adding: entries.reduce(0) { $0 + $1.jobs }, bytes.reduce(0, +))
            return zip(entries, bytes).map { entry, bytes in
                state.last += 1
                state.entries.append((SpooledEntry(number: state.last, at: now, entry: entry), bytes))
                Self.count(entry, bytes, 1, &state.tally)
                state.tally.oldestAt = state.tally.oldestAt ?? now
                return state.last
            }
        }
    }

    public func entries(of kind: SpoolEntry.Kind, after number: Int64, limit: Int) async throws -> [SpooledEntry] {
        try step { state in
            Array(state.entries.lazy.map(\.0).filter { $0.number > number && $0.entry.kind == kind }.prefix(limit))
        }
    }

    public func remove(_ numbers: [Int64]) async throws {
        let gone = Set(numbers)
        try step { state in
            for (entry, bytes) in state.entries where gone.contains(entry.number) {
                Self.count(entry.entry, bytes, -1, &state.tally)
            }
            state.entries.removeAll { gone.contains($0.0.number) }
            state.tally.oldestAt = state.entries.first?.0.at
        }
    }

    public func epoch() async throws -> StoreEpoch? { try step { $0.epoch } }

    public func remember(_ epoch: StoreEpoch) async throws { try step { $0.epoch = epoch } }

    public func close() async throws { state.withLock { $0.isClosed = true } }

    private static func count(_ entry: SpoolEntry, _ bytes: Int, _ sign: Int, _ tally: inout SpoolTally) {
        tally.jobs += entry.jobs * sign
        tally.ends += entry.kind == .ends ? sign : 0
        tally.bytes += bytes * sign
    }

    private static func bytes(of entry: SpoolEntry) -> Int {
        switch entry {
        case .jobs(let jobs, _): jobs.reduce(0) { $0 + 256 + $1.record.arguments.utf8.count }
        case .end(let end), .note(.ended(let end)):
            256 + (end.result?.utf8.count ?? 0) + end.output.standardOutput.count + end.output.standardError.count
        case .note: 64
        }
    }
}
