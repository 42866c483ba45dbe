import MainspringCore

/// When a connection is made, and made again; pure.
///
/// The first attempt after a loss is made at once, further ones after pauses that double up to a bound and vary at random,
/// so that not all clients come at the same moment. A connection that was lost soon counts as a failed attempt.
struct LinkMachine: Sendable {
    struct Pauses: Sendable {
        var first: Duration = .milliseconds(20)
        var longest: Duration
        /// After the login was refused.
        var denied: Duration
        /// A connection that lived shorter failed.
        var short: Duration = .seconds(1)
    }

    enum Phase: Sendable, Equatable {
        /// Nobody has asked for it.
        case idle
        case connecting
        case up(since: MonotonicInstant)
        /// Until the next attempt; calls fail at once.
        case pausing(RedisError)
        case closed
    }

    enum Next: Equatable {
        case nothing
        case connect
        case pause(Duration)
    }

    private let pauses: Pauses
    private(set) var phase = Phase.idle
    /// The number of the attempt that counts; news of others is old.
    private(set) var attempt = 0
    private var failures = 0

    init(_ pauses: Pauses) {
        self.pauses = pauses
    }

    /// Somebody needs it.
    mutating func wanted() -> Next { phase == .idle ? connect() : .nothing }

    /// False: too late.
    mutating func connected(_ attempt: Int, at now: MonotonicInstant) -> Bool {
        guard attempt == self.attempt, phase == .connecting else { return false }
        phase = .up(since: now)
        return true
    }

    /// The attempt failed, or the connection that came of it is gone. Nil: it does not matter any more.
    mutating func lost(
        _ attempt: Int, _ error: RedisError, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Next? {
        guard attempt == self.attempt else { return nil }
        switch phase {
        case .up(let since) where now - since >= pauses.short:
            failures = 0
            return connect()
        case .up, .connecting:
            failures += 1
            phase = .pausing(error)
            return .pause(pause(after: error, using: &random))
        case .idle, .pausing, .closed: return nil
        }
    }

    mutating func pauseEnded(_ attempt: Int) -> Next {
        guard attempt == self.attempt, case .pausing = phase else { return .nothing }
        return connect()
    }

    mutating func close() { phase = .closed }

    private mutating func connect() -> Next {
        attempt += 1
        phase = .connecting
        return .connect
    }

    /// Between half of the bound and all of it.
    private func pause(after error: RedisError, using random: inout some RandomNumberGenerator) -> Duration {
        var bound = pauses.first * (1 << min(failures - 1, 16))
        bound = min(bound, pauses.longest)
        if case .refused = error { bound = pauses.denied }
        if case .broken = error { bound = pauses.denied }
        let micros = bound.wholeMicroseconds
        return .microseconds(micros - Int64.random(in: 0...(micros / 2), using: &random))
    }
}
