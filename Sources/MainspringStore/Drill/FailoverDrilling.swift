/// Proves on a live node what it does while its store is away.
public protocol FailoverDrilling: Sendable {
    /// Keeps the store away from this node for so long, adds jobs of its own meanwhile, and tells what became of them.
    ///
    /// Throws `conflict` when the store is away by itself, or another drill is under way; then nothing was done.
    func drill(for duration: Duration) async throws -> FailoverDrillReport
}

/// What a drill found.
public struct FailoverDrillReport: Sendable, Equatable {
    public struct Check: Sendable, Equatable {
        /// What was to be true, as a sentence.
        public var name: String
        public var passed: Bool
        /// What was seen.
        public var detail: String

        public init(name: String, passed: Bool, detail: String) {
            self.name = name
            self.passed = passed
            self.detail = detail
        }
    }

    public var checks: [Check]
    /// Jobs that were added.
    public var jobs: Int
    public var passed: Bool { checks.allSatisfy(\.passed) }

    public init(checks: [Check], jobs: Int) {
        self.checks = checks
        self.jobs = jobs
    }
}
