public import MainspringStore

/// The rules of ``JobStore`` as cases that any test framework can run: each wants an empty store of its own, and throws
/// ``ConformanceFailure`` when a rule is broken.
///
/// ```swift
/// @Test(arguments: StoreConformance.cases) func `keeps the rules of a store`(_ rule: StoreConformance.Case) async
/// throws {
///     try await rule.check(MyStore())
/// }
/// ```
public enum StoreConformance {
    public struct Case: Sendable, CustomStringConvertible {
        /// The rule as a sentence.
        public let description: String
        private let body: @Sendable (StoreProbe) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (StoreProbe) async throws -> Void) {
            self.description = description
            self.body = body
        }

        /// Runs the case, then compares the counters with a count of every job.
        public func check(_ store: any JobStore) async throws {
            let probe = StoreProbe(store: store)
            try await body(probe)
            try await Self.checkCounters(of: store)
        }

        /// Throws unless every queue's counters say what a count of all jobs says.
        package static func checkCounters(of store: any JobStore) async throws {
            let counted = try await StoreProbe(store: store).countAll()
            for queue in try await store.queues() {
                try expectEqual(queue.counts, counted[queue.name] ?? [:], "the counters of queue \(queue.name)")
            }
            let listed = Set(try await store.queues().map(\.name))
            try expect(listed.isSuperset(of: counted.keys), "every queue with a job is listed")
        }
    }

    public static let cases: [Case] =
        insertCases + uniqueCases + claimCases + settleCases + leaseCases + controlCases + questionCases
}
