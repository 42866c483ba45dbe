import MainspringCore
public import MainspringStore

/// The rules of ``JobStore`` as cases that any test framework can run: each wants an empty store of its own, and throws
/// ``ConformanceFailure`` when a rule is broken.
///
/// ```swift
/// @Test(arguments: StoreConformance.cases)
/// func `keeps the rules of a store`(_ rule: StoreConformance.Case) async throws {
///     let time = ManualTime()
///     let store = MyStore(time: time)
///     try await rule.check(store, peer: rule.needsPeer ? MyStore(sharing: store) : nil) { time.advance(by: $0) }
/// }
/// ```
public enum StoreConformance {
    public struct Case: Sendable, CustomStringConvertible {
        /// The rule as a sentence.
        public let description: String
        /// The rule is about two handles of the same jobs.
        public let needsPeer: Bool
        private let body: @Sendable (StoreProbe) async throws -> Void

        init(
            _ description: String, needsPeer: Bool = false,
            _ body: @escaping @Sendable (StoreProbe) async throws -> Void
        ) {
            self.description = description
            self.needsPeer = needsPeer
            self.body = body
        }

        /// Runs the case, then compares the counters with a count of every job, and looks for jobs that wait for nothing.
        ///
        /// - Parameters:
        ///   - peer: Another handle of the same jobs, as another process has one. A case that ``needsPeer`` fails without it.
        ///   - advance: Moves the clock that the store counts leases with; both handles have the same.
        public func check(
            _ store: any JobStore, peer: (any JobStore)? = nil,
            advancing advance: @escaping @Sendable (Duration) async throws -> Void
        ) async throws {
            let probe = StoreProbe(store: store, other: peer, clock: advance)
            try await body(probe)
            try await Self.checkWhole(store)
        }

        /// Throws unless every queue's counters say what a count of all jobs says, and whoever waits for the end of a key's
        /// holder has one.
        package static func checkWhole(_ store: any JobStore) async throws {
            let jobs = try await StoreProbe(store: store).all()
            let counted: [String: [JobState: Int]] = jobs.reduce(into: [:]) {
                $0[$1.queue, default: [:]][$1.state, default: 0] += 1
            }
            let parked: [String: Int] = jobs.reduce(into: [:]) { $0[$1.queue, default: 0] += $1.parked == nil ? 0 : 1 }
            let queues = try await store.queues()
            for queue in queues {
                try expectEqual(queue.counts, counted[queue.name] ?? [:], "the counters of queue \(queue.name)")
                try expectEqual(queue.parked, parked[queue.name] ?? 0, "the parked jobs of queue \(queue.name)")
            }
            try expect(Set(queues.map(\.name)).isSuperset(of: counted.keys), "every queue with a job is listed")
            let held = Set(
                jobs.compactMap { job in
                    job.unique.flatMap { !job.state.isFinal && $0.states.contains(job.state) ? $0.following.key : nil }
                })
            for job in jobs where job.state == .pending {
                let key = job.unique?.key ?? ""
                try expect(held.contains(key), "\(job.id) waits for the end of a job that is there")
            }
        }
    }

    public static let cases: [Case] =
        insertCases + groupCases + occurrenceCases + childCases + uniqueStateCases + uniqueRuleCases + keepLastCases
        + claimCases + unansweredCases + settleCases + exchangeCases + reportCases + leaseCases + reclaimCases
        + controlCases + retryCases
        + pruneCases + restoreCases + termCases + nodeCases + parkingCases + questionCases + roundTripCases + peerCases
}
