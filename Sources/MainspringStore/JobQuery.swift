public import MainspringCore

/// A page of jobs. A job matches when it is in every set, with tags when it has one of them; empty sets match
/// everything.
public struct JobQuery: Sendable, Equatable {
    public var kinds: Set<String>
    public var states: Set<JobState>
    public var queues: Set<String>
    public var tags: Set<String>
    /// From the last page; nil starts at the newest.
    public var cursor: JobCursor?
    /// At most ``StoreLimits/page``.
    public var limit: Int

    public init(
        kinds: Set<String> = [], states: Set<JobState> = [], queues: Set<String> = [], tags: Set<String> = [],
        cursor: JobCursor? = nil, limit: Int = 50
    ) {
        self.kinds = kinds
        self.states = states
        self.queues = queues
        self.tags = tags
        self.cursor = cursor
        self.limit = limit
    }
}

/// The place where a page ended: the store's own sequence number, opaque to callers.
public struct JobCursor: RawRepresentable, Sendable, Hashable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct JobPage: Sendable, Equatable {
    public var jobs: [JobRecord]
    /// Nil on the last page. A store may end a page early, even empty, after looking at many jobs that do not match.
    public var next: JobCursor?

    public init(jobs: [JobRecord], next: JobCursor?) {
        self.jobs = jobs
        self.next = next
    }
}
