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

    /// Turns an outcome into the job's next state.
    ///
    /// - A failure or a timeout uses an attempt: `retryable` while attempts are left, the policy tries it again and the job's
    ///   deadline is not over by then; else `discarded`. `retryAfter` goes before the policy's delay.
    /// - A snooze uses none, up to ``snoozeLimit`` times; after that it counts as a failure.
    /// - An interruption uses none: `available`, in its old place.
    /// - When `cancelRequested`, anything but a success ends in `cancelled`.
    public init(
        lease: Lease, outcome: JobOutcome, policy: RetryPolicy, output: AttemptOutput = AttemptOutput(), node: String,
        startedAt: Timestamp, now: Timestamp, cancelRequested: Bool, retryAfter: Duration? = nil,
        using random: inout some RandomNumberGenerator
    ) {
        let job = lease.job
        let outcome = Self.normalize(outcome, job: job, cancelRequested: cancelRequested)
        id = job.id
        token = lease.token
        kind = job.kind
        queue = job.queue
        priority = job.priority
        self.output = output
        result = nil
        usesAttempt = false
        isSnooze = false
        availableAt = now
        var error: JobFailure?
        switch outcome {
        case .success(let value):
            nextState = .completed
            usesAttempt = true
            result = value
        case .failure(let failure), .timeout(let failure):
            error = failure
            usesAttempt = true
            nextState = .discarded
            if job.attempt + 1 < job.maxAttempts, policy.retries(failure) {
                let next = now + (retryAfter ?? policy.delay(afterFailures: job.attempt + 1, using: &random))
                if job.deadline.map({ next <= $0 }) ?? true {
                    nextState = .retryable
                    availableAt = next
                }
            }
        case .discarded(let failure):
            error = failure
            usesAttempt = true
            nextState = .discarded
        case .cancelled:
            nextState = .cancelled
        case .snoozed(let delay):
            isSnooze = true
            nextState = .scheduled
            availableAt = now + (delay ?? policy.delay(afterFailures: job.snoozes + 1, using: &random))
        case .interrupted:
            nextState = .available
            availableAt = job.scheduledAt
        }
        attempt = AttemptRecord(
            number: lease.attemptNumber, node: node, startedAt: startedAt, finishedAt: now, outcome: outcome.name,
            error: error)
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
