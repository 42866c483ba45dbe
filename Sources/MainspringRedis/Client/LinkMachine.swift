import MainspringCore

/// When connections are tried, which one is used, and when it is given up for another; pure.
///
/// An attempt whose bytes were swallowed tells nothing until its deadline. So none is waited for: while there is no
/// connection, or the one there is has become silent, a further attempt begins every moment, and the first that is logged in
/// wins. Pauses vary at random, so that not all clients come at the same moment.
struct LinkMachine: Sendable {
    struct Pauses: Sendable {
        /// After the first failure; it doubles with each further one up to `longest`.
        var first: Duration = .milliseconds(20)
        /// Also from an attempt to the next while it tells nothing.
        var longest: Duration
        /// After the login was refused.
        var denied: Duration
        /// A connection that lived shorter failed.
        var short: Duration = .seconds(1)
        /// So long the silent connection has to speak up once another is logged in, as what was sent first may come last.
        var mercy: Duration = .milliseconds(100)
        /// Attempts under way at a time.
        var most = 4
    }

    enum Phase: Sendable, Equatable {
        /// Nobody has asked for it.
        case idle
        /// The first attempt; calls wait for it.
        case connecting
        case up
        /// The connection is silent: calls wait until it speaks, another takes its place, or its deadline.
        case doubted
        /// Until an attempt succeeds; calls fail at once.
        case away(RedisError)
        case closed
    }

    /// In the order in which they are to be done.
    enum Action: Equatable {
        case attempt(Int)
        /// Close what came of the attempt.
        case giveUp(Int)
        /// Calls go over the connection of this attempt from now on.
        case use(Int)
        /// The connection in use is used no more, for this reason; what was sent over it has no answer.
        case drop(Int, RedisError)
        /// Those that wait to be sent.
        case fail(RedisError)
        /// After that much time, instead of after what was said before.
        case wake(Duration)
        case sleep
    }

    private let pauses: Pauses
    private(set) var phase = Phase.idle
    /// The attempt whose connection is used.
    private(set) var current: Int?
    private var since = MonotonicInstant(nanoseconds: 0)
    /// Under way, oldest first.
    private(set) var attempts: [Int] = []
    /// No longer wanted, and not yet gone: one that looks up a name cannot be stopped.
    private var leaving: Set<Int> = []
    /// Logged in, while the silent connection has its last chance.
    private var candidate: Int?
    private var last = 0
    private var failures = 0

    init(_ pauses: Pauses) {
        self.pauses = pauses
    }

    // MARK: Attempts

    /// Somebody needs it.
    mutating func wanted(using random: inout some RandomNumberGenerator) -> [Action] {
        guard phase == .idle else { return [] }
        phase = .connecting
        return attempt(using: &random)
    }

    /// What ``Action/wake(_:)`` asked for.
    mutating func woken(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) -> [Action] {
        switch phase {
        case .connecting, .away: return attempt(using: &random)
        case .doubted:
            guard let candidate, let old = current else { return attempt(using: &random) }
            let reason = "it was silent while the server answered another connection"
            return [.drop(old, .unanswered(reason))] + use(candidate, at: now)
        case .idle, .up, .closed: return []
        }
    }

    /// A further one. At the bound the second oldest makes room: the oldest keeps its deadline, for a server that is slow.
    private mutating func attempt(using random: inout some RandomNumberGenerator) -> [Action] {
        var actions: [Action] = []
        if leaving.count < pauses.most {
            if attempts.count >= pauses.most { actions.append(giveUp(attempts[1])) }
            last += 1
            attempts.append(last)
            actions.append(.attempt(last))
        }
        return actions + [.wake(vary(pauses.longest, using: &random))]
    }

    private mutating func giveUp(_ attempt: Int) -> Action {
        attempts.removeAll { $0 == attempt }
        leaving.insert(attempt)
        return .giveUp(attempt)
    }

    private mutating func giveUpAll() -> [Action] {
        candidate = nil
        return attempts.map { giveUp($0) }
    }

    /// It is logged in.
    mutating func ready(_ attempt: Int, at now: MonotonicInstant) -> [Action] {
        guard attempts.contains(attempt) else { return [] }
        switch phase {
        case .connecting, .away: return use(attempt, at: now) + [.sleep]
        case .doubted where candidate == nil:
            attempts.removeAll { $0 == attempt }
            let others = giveUpAll()
            (attempts, candidate) = ([attempt], attempt)
            return [.wake(pauses.mercy)] + others
        case .idle, .up, .doubted, .closed: return [giveUp(attempt)]
        }
    }

    private mutating func use(_ attempt: Int, at now: MonotonicInstant) -> [Action] {
        attempts.removeAll { $0 == attempt }
        (phase, current, since) = (.up, attempt, now)
        return [.use(attempt)] + giveUpAll()
    }

    // MARK: The connection in use

    /// Nothing came over it for too long although an answer is due.
    mutating func doubted(_ attempt: Int, using random: inout some RandomNumberGenerator) -> [Action] {
        guard attempt == current, phase == .up else { return [] }
        phase = .doubted
        return self.attempt(using: &random)
    }

    /// It speaks again.
    mutating func heard(_ attempt: Int) -> [Action] {
        guard attempt == current, phase == .doubted else { return [] }
        phase = .up
        return giveUpAll() + [.sleep]
    }

    // MARK: Ends

    /// The attempt failed, or takes too long, or the connection that came of it is lost.
    mutating func failed(
        _ attempt: Int, _ error: RedisError, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> [Action] {
        guard attempt != current else { return lost(error, at: now, using: &random) }
        guard attempts.contains(attempt) else { return [] }
        attempts.removeAll { $0 == attempt }
        leaving.insert(attempt)
        if candidate == attempt { candidate = nil }
        failures += 1
        var actions: [Action] = []
        if phase == .connecting { actions.append(.fail(error)) }
        if phase != .doubted { phase = .away(error) }
        // The server has spoken: it would say the same to the others.
        if error.isDenial { actions += giveUpAll() }
        // Else the next one is on its way, or due already.
        if attempts.allSatisfy({ $0 < attempt }) { actions.append(.wake(pause(after: error, using: &random))) }
        return actions
    }

    private mutating func lost(
        _ error: RedisError, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> [Action] {
        guard let old = current else { return [] }
        current = nil
        let drop = Action.drop(old, error)
        if phase == .doubted {
            if let candidate { return [drop] + use(candidate, at: now) + [.sleep] }
            // Attempts go on as before.
            phase = .away(error)
            return [drop, .fail(error)]
        }
        guard now - since >= pauses.short else {
            failures += 1
            phase = .away(error)
            return [drop, .fail(error), .wake(pause(after: error, using: &random))]
        }
        failures = 0
        // What was not sent waits for it.
        phase = .connecting
        return [drop] + self.attempt(using: &random)
    }

    /// Nothing is left of the attempt.
    mutating func gone(_ attempt: Int) { leaving.remove(attempt) }

    mutating func close() -> [Action] {
        phase = .closed
        let used = current.map { [Action.drop($0, .closed)] } ?? []
        current = nil
        return [.sleep] + used + giveUpAll() + [.fail(.closed)]
    }

    // MARK: Pauses

    private func pause(after error: RedisError, using random: inout some RandomNumberGenerator) -> Duration {
        guard !error.isDenial else { return vary(pauses.denied, using: &random) }
        return vary(min(pauses.first * (1 << min(max(failures, 1) - 1, 16)), pauses.longest), using: &random)
    }

    /// Between half of it and all of it.
    private func vary(_ bound: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        let micros = bound.wholeMicroseconds
        return .microseconds(micros - Int64.random(in: 0...(micros / 2), using: &random))
    }
}

extension RedisError {
    /// The server is there, and waiting alone does not help.
    fileprivate var isDenial: Bool {
        switch self {
        case .refused, .broken: true
        case .unreachable, .unanswered, .busy, .closed: false
        }
    }
}
