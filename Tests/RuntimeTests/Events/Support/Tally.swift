import Synchronization

/// What several tasks noted, in the order in which they did.
final class Tally<Value: Sendable>: Sendable {
    private let noted = Mutex<[Value]>([])
    var values: [Value] { noted.withLock { $0 } }
    func note(_ value: Value) { noted.withLock { $0.append(value) } }
}
