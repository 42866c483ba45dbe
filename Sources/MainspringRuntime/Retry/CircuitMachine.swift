import MainspringCore

/// START HERE for the circuit breaker: which call goes through, as a pure value; `CircuitBreaker` makes the calls.
///
/// The end of a call counts only if the state is still the one in which it began: what was on its way when the circuit
/// opened does not decide about the trial.
struct CircuitMachine: Sendable {
    /// Goes with a call that was let through.
    struct Ticket: Sendable, Hashable {
        fileprivate let epoch: Int
    }

    enum Admission: Sendable, Hashable {
        case go(Ticket)
        case refused(retryAfter: Duration)
    }

    enum Outcome: Sendable, Hashable, CaseIterable {
        case success, failure, cancelled
    }

    private enum Phase {
        /// The last failures, oldest first, never more than the policy's number.
        case closed(Ring<MonotonicInstant>)
        case open(until: MonotonicInstant)
        /// The trial began then; nil when it was cancelled and the next call is the trial.
        case halfOpen(since: MonotonicInstant?)

        var state: CircuitState {
            switch self {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        }
    }

    let policy: CircuitPolicy
    private var phase = Phase.closed(Ring())
    private var epoch = 0
    private var counts = CircuitStatus()
    private var transitions: [CircuitTransition] = []

    init(policy: CircuitPolicy) {
        self.policy = policy
    }

    func status(at now: MonotonicInstant) -> CircuitStatus {
        var status = counts
        status.state = phase.state
        status.retryAfter = retryAfter(at: now) ?? .zero
        if case .closed(let failures) = phase {
            status.recentFailures = (0..<failures.count).count { now - failures[$0] <= policy.within }
        }
        return status
    }

    mutating func begin(at now: MonotonicInstant) -> (Admission, [CircuitTransition]) {
        defer { transitions = [] }
        if let left = retryAfter(at: now) {
            counts.refused += 1
            return (.refused(retryAfter: left), [])
        }
        if phase.state != .closed { enter(.halfOpen(since: now)) }
        return (.go(Ticket(epoch: epoch)), transitions)
    }

    mutating func end(_ ticket: Ticket, _ outcome: Outcome, at now: MonotonicInstant) -> [CircuitTransition] {
        defer { transitions = [] }
        switch outcome {
        case .success: counts.succeeded += 1
        case .failure: counts.failed += 1
        case .cancelled: counts.cancelled += 1
        }
        guard ticket.epoch == epoch else { return [] }
        switch (phase, outcome) {
        case (.closed(var failures), .failure):
            failures.append(now)
            if failures.count > max(1, policy.failures) { _ = failures.popFirst() }
            phase = .closed(failures)
            if failures.count == max(1, policy.failures), now - failures[0] <= policy.within { open(at: now) }
        case (.halfOpen, .success): enter(.closed(Ring()))
        case (.halfOpen, .failure): open(at: now)
        case (.halfOpen, .cancelled): enter(.halfOpen(since: nil))
        case (.closed, _), (.open, _): break
        }
        return transitions
    }

    /// Nil when a call goes through now. A trial that is still out after another pause is given up on.
    private func retryAfter(at now: MonotonicInstant) -> Duration? {
        let end: MonotonicInstant
        switch phase {
        case .closed, .halfOpen(since: nil): return nil
        case .open(let until): end = until
        case .halfOpen(let since?): end = since + policy.pause
        }
        return now < end ? end - now : nil
    }

    private mutating func open(at now: MonotonicInstant) {
        counts.opened += 1
        enter(.open(until: now + policy.pause))
    }

    private mutating func enter(_ next: Phase) {
        if next.state != phase.state { transitions.append(CircuitTransition(from: phase.state, to: next.state)) }
        phase = next
        epoch += 1
    }
}
