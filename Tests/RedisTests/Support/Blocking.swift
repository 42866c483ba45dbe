import MainspringRuntime
import Testing

/// Blocking calls of tests, each on a thread of its own: never on the concurrency pool.
enum Blocking {
    @concurrent static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let isStarted = RawThread.start("test-block") { continuation.resume(returning: body()) }
            precondition(isStarted, "no thread for a test")
        }
    }
}
