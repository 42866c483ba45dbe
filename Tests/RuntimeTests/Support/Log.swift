import Synchronization

/// What happened, in order.
final class Log: Sendable {
    private let stored = Mutex<[Int]>([])
    var values: [Int] { stored.withLock { $0 } }
    func append(_ value: Int) { stored.withLock { $0.append(value) } }
}

/// Yields until it holds: for what follows from an event on another thread without a moment of its own.
@concurrent func until(_ holds: @Sendable () -> Bool) async {
    while !holds() { await Task.yield() }
}
