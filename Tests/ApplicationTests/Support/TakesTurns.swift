import MainspringTesting
import Testing

/// A node has ten seconds to reach its own listener: its tests do not run beside those that block the whole pool.
struct TakesTurns: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await WholePool.exclusively(function)
    }
}
