public import MainspringCore

extension JobSchedule {
    /// A schedule of this job; fails for a job that cannot be stored.
    public static func made<J: Job>(
        _ name: String, every: Duration, skipsOverlap: Bool, jitter: Duration, of job: J
    ) -> Result<JobSchedule, MainspringError> {
        Result { () throws(MainspringError) in
            JobSchedule(
                name: name, every: every, kind: J.kind, arguments: try JobPayload.arguments(of: job),
                skipsOverlap: skipsOverlap, jitter: jitter)
        }
    }
}
