public import MainspringCore

/// A job as it stands, with its history: what moves from one store to another.
public struct JobSnapshot: Sendable, Equatable {
    /// In any state but `running`.
    public var record: JobRecord
    /// Those that ended, oldest first.
    public var attempts: [EndedAttempt]

    public init(record: JobRecord, attempts: [EndedAttempt] = []) {
        self.record = record
        self.attempts = attempts
    }

    public struct EndedAttempt: Sendable, Equatable {
        public var record: AttemptRecord
        public var output: AttemptOutput

        public init(record: AttemptRecord, output: AttemptOutput = AttemptOutput()) {
            self.record = record
            self.output = output
        }
    }
}

public enum RestoreResult: Sendable, Equatable {
    /// Written as it was.
    case restored
    /// A job with this id is there: nothing was written.
    case duplicate
    /// Another job holds its unique key: it was written as `cancelled`, with an error that names the holder
    /// (`unique_conflict`).
    case yielded(to: JobID)
}
