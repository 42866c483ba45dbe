/// The end of an attempt and the job's next state, decided before the store is asked: the store only writes it.
public struct Settlement: Sendable, Equatable {
    public var id: JobID
    public var token: AttemptToken
    public var kind: String
    public var queue: String
    public var attempt: AttemptRecord
    public var nextState: JobState
    /// For `retryable` and `scheduled`: when; for `available`: the time it has been waiting since.
    public var availableAt: Timestamp
    /// Decides the order among waiting jobs again.
    public var priority: JobPriority
    public var usesAttempt: Bool
    public var isSnooze: Bool
    public var result: String?
    public var output: AttemptOutput

    /// One that was decided before.
    package init(
        id: JobID, token: AttemptToken, kind: String, queue: String, attempt: AttemptRecord, nextState: JobState,
        availableAt: Timestamp, priority: JobPriority, usesAttempt: Bool, isSnooze: Bool, result: String?,
        output: AttemptOutput
    ) {
        self.id = id
        self.token = token
        self.kind = kind
        self.queue = queue
        self.attempt = attempt
        self.nextState = nextState
        self.availableAt = availableAt
        self.priority = priority
        self.usesAttempt = usesAttempt
        self.isSnooze = isSnooze
        self.result = result
        self.output = output
    }

    /// Turns an outcome into the job's next state.
    ///
    /// - A failure or a timeout uses an attempt: `retryable` while attempts are left, the policy tries it again and the job's
    ///   deadline is not over by then; else `discarded`. `retryAfter` goes before the policy's delay.
    /// - A snooze uses none, up to ``snoozeLimit`` times; after that it counts as a failure.
    /// - An interruption uses none: `available`, in its old place.
    /// - When `cancelRequested`, anything but a success ends in `cancelled`.
    public init(
        lease: borrowing Lease, outcome: JobOutcome, policy: RetryPolicy, output: AttemptOutput = AttemptOutput(),
        node: String, startedAt: Timestamp, now: Timestamp, cancelRequested: Bool, retryAfter: Duration? = nil,
        using random: inout some RandomNumberGenerator
    ) {
        // Borrowed, as each attempt ends here: a copy of its job would cost as much as the rest.
        let outcome = Self.normalize(outcome, job: lease.job, cancelRequested: cancelRequested)
        let nextState: JobState
        var availableAt = now
        var result: String?
        var error: JobFailure?
        switch outcome {
        case .success(let value):
            nextState = .completed
            result = value
        case .failure(let failure), .timeout(let failure):
            error = failure
            let next = Self.nextTry(after: failure, lease.job, policy, now: now, retryAfter, using: &random)
            nextState = next == nil ? .discarded : .retryable
            availableAt = next ?? now
        case .discarded(let failure):
            error = failure
            nextState = .discarded
        case .cancelled:
            nextState = .cancelled
        case .snoozed(let delay):
            nextState = .scheduled
            availableAt = now + (delay ?? policy.delay(afterFailures: lease.job.snoozes + 1, using: &random))
        case .interrupted:
            nextState = .available
            availableAt = lease.job.scheduledAt
        }
        id = lease.job.id
        token = lease.token
        kind = lease.job.kind
        queue = lease.job.queue
        attempt = AttemptRecord(
            number: lease.attemptNumber, node: node, startedAt: startedAt, finishedAt: now, outcome: outcome.name,
            error: error)
        self.nextState = nextState
        self.availableAt = availableAt
        priority = lease.job.priority
        usesAttempt = nextState == .completed || error != nil
        isSnooze = nextState == .scheduled
        self.result = result
        self.output = output
    }

    /// Nil when the failure is the last.
    private static func nextTry(
        after failure: JobFailure, _ job: JobRecord, _ policy: RetryPolicy, now: Timestamp, _ retryAfter: Duration?,
        using random: inout some RandomNumberGenerator
    ) -> Timestamp? {
        guard job.attempt + 1 < job.maxAttempts, policy.retries(failure) else { return nil }
        let next = now + (retryAfter ?? policy.delay(afterFailures: job.attempt + 1, using: &random))
        return job.deadline.map { next <= $0 } ?? true ? next : nil
    }

    /// How often a job may snooze in its life.
    public static let snoozeLimit = 100

    private static func normalize(_ outcome: JobOutcome, job: JobRecord, cancelRequested: Bool) -> JobOutcome {
        if cancelRequested, outcome.name != .success { return .cancelled }
        if case .snoozed = outcome, job.snoozes >= snoozeLimit {
            return .failure(JobFailure(code: "snoozed_too_often", message: "the job snoozed \(snoozeLimit) times"))
        }
        return outcome
    }
}
