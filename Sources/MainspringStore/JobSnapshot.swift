public import MainspringCore

/// A job as it stands, with its history: what moves from one store to another.
public struct JobSnapshot: Sendable, Equatable {
    /// In any state but `running`.
    public var record: JobRecord
    /// Those that ended, oldest first. One without an outcome was interrupted.
    public var attempts: [EndedAttempt]

    public init(record: JobRecord, attempts: [EndedAttempt] = []) {
        self.record = record
        self.attempts = attempts
    }

    /// As it is written: held by nobody, parked by nobody yet, with no more history than ``StoreLimits/attemptsPerJob``.
    package var atRest: JobSnapshot {
        var snapshot = self
        snapshot.record.node = nil
        snapshot.record.parked = nil
        snapshot.attempts = attempts.suffix(StoreLimits.attemptsPerJob)
        for index in snapshot.attempts.indices where snapshot.attempts[index].record.outcome == nil {
            snapshot.attempts[index].record.outcome = .interrupted
        }
        return snapshot
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
    /// Written as it was, but for what ``JobStore/restore(_:fired:now:)`` says of keys and of jobs that wait for another.
    case restored
    /// A job with this id is there: nothing was written.
    case duplicate
    /// Another job holds its unique key: it was written as `cancelled`, with an error that names the holder
    /// (`unique_conflict`).
    case yielded(to: JobID)
}
