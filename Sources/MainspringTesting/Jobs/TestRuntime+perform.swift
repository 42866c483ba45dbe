public import MainspringCore
public import MainspringJobs
public import MainspringRuntime

extension TestRuntime {
    /// Runs the job's ``MainspringJobs/Job/run(_:)`` once, as attempt number `attempt`, with this runtime's resources; its
    /// payload goes through JSON, as it would on its way to a node.
    ///
    /// Throws what it throws. There is no store: progress goes nowhere, and making other jobs throws `not_running`;
    /// ``withTestJobs(_:queues:provided:time:isolation:_:)`` has all of it.
    public func perform<J: Job>(
        _ job: J, attempt: Int = 1, metadata: [String: String] = [:], time: any TimeSource = SystemTime()
    ) async throws -> J.Output {
        let now = time.now()
        let ids = RandomIDSource()
        let record = try JobRecord(
            testing: job, id: ids.jobID(at: now), attempt: attempt - 1, metadata: metadata, now: now)
        let running = JobAttempt(
            lease: Lease(job: record, token: AttemptToken(rawValue: ids.nonce())), startedAt: now, time: time)
        let environment = JobEnvironment(logger: logger, resources: resources, node: "test")
        return try await J(stored: record).run(JobContext(running, environment: environment))
    }
}
