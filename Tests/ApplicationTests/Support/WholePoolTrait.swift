import MainspringTesting
import Testing

/// A test that runs a node in this process: not beside one that blocks the pool's threads, nor beside another such.
struct WholePoolTrait: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        // A suite only hands it down.
        guard !test.isSuite else { return try await function() }
        try await WholePool.exclusively { try await function() }
    }
}

extension Trait where Self == WholePoolTrait {
    static var wholePool: Self { Self() }
}
