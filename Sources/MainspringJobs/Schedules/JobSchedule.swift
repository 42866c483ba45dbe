public import MainspringCore

/// A declared schedule: enqueues one job per instant, once across nodes and restarts.
public struct JobSchedule: Sendable {
    public var name: String
    /// Instants are the multiples of this since 1970-01-01T00:00:00Z, so that every node and every run agrees on them.
    public var every: Duration
    public var kind: String
    public var arguments: [String: JSONValue]
    /// Make no job while an earlier one of this schedule is unfinished; the default.
    public var skipsOverlap: Bool
    /// Each job is enqueued up to this much after its instant, at random.
    public var jitter: Duration

    public init(
        name: String, every: Duration, kind: String, arguments: [String: JSONValue] = [:], skipsOverlap: Bool = true,
        jitter: Duration = .zero
    ) {
        self.name = name
        self.every = every
        self.kind = kind
        self.arguments = arguments
        self.skipsOverlap = skipsOverlap
        self.jitter = jitter
    }

    /// The first instant strictly after `time`.
    public func instant(after time: Timestamp) -> Timestamp {
        let step = max(1, every.wholeMicroseconds)
        let passed = time.microseconds >= 0 ? time.microseconds / step : (time.microseconds - step + 1) / step
        return Timestamp(microseconds: (passed + 1) * step)
    }

    /// The last instant that is after `oldest` and not after `time`; nil when there is none.
    func newest(after oldest: Timestamp, upTo time: Timestamp) -> Timestamp? {
        var from = oldest
        // Halves what is looked at while the later half has an instant: short intervals have many.
        while case let half = (time - from) / 2, half > .microseconds(1), instant(after: time - half) <= time {
            from = time - half
        }
        var newest: Timestamp?
        while case let next = instant(after: newest ?? from), next <= time { newest = next }
        return newest
    }
}
