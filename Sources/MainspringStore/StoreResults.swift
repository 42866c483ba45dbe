public import MainspringCore

public enum SettleResult: Sendable, Equatable {
    /// The state that was written: `cancelled` instead of a state to wait in when a cancel came first.
    case settled(JobState)
    /// The token no longer holds: nothing was written.
    case stale
}

public struct Promotion: Sendable, Equatable {
    /// Queue → jobs that became available; parked ones are among them.
    public var promoted: [String: Int]
    /// When the next job is due; nil when none waits for its time.
    public var nextDue: Timestamp?

    public init(promoted: [String: Int] = [:], nextDue: Timestamp? = nil) {
        self.promoted = promoted
        self.nextDue = nextDue
    }
}

public struct ReclaimedJob: Sendable, Equatable {
    public var id: JobID
    public var kind: String
    public var queue: String
    /// `available`; `cancelled` when that was asked for; `discarded` after too many rescues.
    public var state: JobState

    public init(id: JobID, kind: String, queue: String, state: JobState) {
        self.id = id
        self.kind = kind
        self.queue = queue
        self.state = state
    }
}

public struct Parking: Sendable, Equatable {
    /// Jobs that no live node can run, found now.
    public var parked: Int
    /// Queue → jobs that one can run by now.
    public var released: [String: Int]

    public init(parked: Int = 0, released: [String: Int] = [:]) {
        self.parked = parked
        self.released = released
    }
}

public enum CancelResult: Sendable, Equatable {
    case cancelled(JobRecord)
    /// It runs: its worker was asked to stop it. The record shows `cancelRequestedAt`.
    case requested(JobRecord)
    case alreadyFinal(JobRecord)
    case notFound
}

public enum RetryResult: Sendable, Equatable {
    case retried(JobRecord)
    /// It is running, available, pending or completed.
    case notAllowed(JobRecord)
    /// Another job holds its unique key now.
    case duplicate(of: JobID)
    case notFound
}

/// What one attempt wrote.
public struct AttemptLog: Sendable, Equatable {
    public var number: Int
    public var startedAt: Timestamp
    public var output: AttemptOutput

    public init(number: Int, startedAt: Timestamp, output: AttemptOutput) {
        self.number = number
        self.startedAt = startedAt
        self.output = output
    }
}

public struct QueueSummary: Sendable, Equatable {
    public var name: String
    /// States without a job are left out.
    public var counts: [JobState: Int]
    public var isPaused: Bool
    /// Of the available jobs, those that no live node can run.
    public var parked: Int
    /// Since when the next job in line has been waiting. With mixed priorities an older one may stand behind it, older
    /// by at most the difference of their head starts.
    public var oldestAvailableAt: Timestamp?

    public init(name: String, counts: [JobState: Int], isPaused: Bool, parked: Int = 0, oldestAvailableAt: Timestamp?) {
        self.name = name
        self.counts = counts
        self.isPaused = isPaused
        self.parked = parked
        self.oldestAvailableAt = oldestAvailableAt
    }

    public var waiting: Int { counts.filter(\.key.isWaiting).values.reduce(0, +) }
}
