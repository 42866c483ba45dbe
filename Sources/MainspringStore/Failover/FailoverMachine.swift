import MainspringCore

/// When the server is used, when the spool, and how it goes back. Pure; ``FailoverStore`` is its shell.
///
/// `primary` → `spooling` → `returning` → `draining` → `closing` → `primary`. What fails on the way back leads to `spooling`
/// again.
struct FailoverMachine {
    enum Stage: Equatable {
        case primary
        case spooling
        /// The server answers: writes are sent again where it lost some, the node beats, the ends of attempts are replayed.
        case returning
        /// Workers use the server again. Jobs are replayed, and new ones go behind them.
        case draining
        /// The last of the spool is replayed, and new jobs wait for that.
        case closing
    }

    enum Route: Equatable {
        case server, spool
        /// Until the stage changes.
        case wait
    }

    enum Step: Equatable {
        /// Ask the server how it is.
        case look
        case comeBack(resend: Bool)
        /// Some jobs; all that is left once the stage is `closing`.
        case replay
        /// Nothing to do until then, or until something happens.
        case rest(MonotonicInstant?)
    }

    private(set) var stage: Stage
    private(set) var reason: FailoverReason?
    /// Changes with every end and return of the server: a failure of a call that began before says nothing about now.
    private(set) var generation = 0
    private(set) var epoch: StoreEpoch?
    private var mustResend = false
    /// Spool writes under way.
    private var appends = 0
    private var nextLook: MonotonicInstant?
    private var pausedUntil: MonotonicInstant?
    private var returnedAt: MonotonicInstant?
    /// How long it stays away at least: a server that comes and goes is left alone longer each time.
    private(set) var stay: Duration = .zero

    static let lookInterval: Duration = .milliseconds(200)
    private static let shortestStay: Duration = .milliseconds(250)
    /// Short enough that the nodes are busy again within a second of the server's return, however often that was.
    private static let longestStay: Duration = .milliseconds(500)
    /// A server that failed again within this time after its return comes and goes.
    private static let calm: Duration = .seconds(10)
    private static let pause: Duration = .seconds(1)

    /// `epoch`: of the server, as far as an earlier life of the node knew.
    init(isSpoolEmpty: Bool = true, epoch: StoreEpoch? = nil) {
        stage = isSpoolEmpty ? .primary : .spooling
        reason = isSpoolEmpty ? nil : .leftover
        self.epoch = epoch
    }

    var state: FailoverStatus.State {
        switch stage {
        case .primary: .primary
        case .spooling: .spooling
        case .returning, .draining, .closing: .draining
        }
    }

    // MARK: Where calls go

    var jobsGo: Route {
        switch stage {
        case .primary: .server
        case .spooling, .returning, .draining: .spool
        case .closing: .wait
        }
    }

    /// Everything but new jobs.
    var workGoesToServer: Bool {
        switch stage {
        case .primary, .draining, .closing: true
        case .spooling: reason?.leavesWork == true
        case .returning: false
        }
    }

    /// The server may answer a question: it is there, or refuses only writes.
    var readsGoToServer: Bool { stage != .spooling || ![.unreachable, .leftover].contains(reason) }

    // MARK: What happened

    /// A call that began in `generation` failed, or came too late.
    mutating func failed(_ reason: FailoverReason, in generation: Int, at now: MonotonicInstant) {
        guard generation == self.generation else { return }
        // What still goes to a slow server says more of it when it fails.
        let isSame = stage == .spooling && (self.reason?.leavesWork != true || reason.leavesWork)
        if isSame { return }
        self.reason = reason
        leave(at: now)
    }

    private mutating func leave(at now: MonotonicInstant) {
        if stage != .spooling {
            let isFlapping = returnedAt.map { now - $0 < Self.calm } ?? false
            stay = isFlapping ? min(max(stay * 2, Self.shortestStay), Self.longestStay) : .zero
            nextLook = now + stay
        }
        stage = .spooling
        pausedUntil = nil
        generation += 1
    }

    /// The question how it is, was not answered well.
    mutating func lookFailed(_ reason: FailoverReason?, at now: MonotonicInstant) {
        if stage == .spooling {
            if let reason { self.reason = reason }
            nextLook = now + Self.lookInterval
        } else if let reason {
            failed(reason, in: generation, at: now)
        }
    }

    /// It takes writes. True when it is not the one that had the data.
    ///
    /// `hasWrites`: it acknowledged some lately. Before the first answer nobody knows which server that was.
    mutating func answered(_ answer: StoreEpoch, hasWrites: Bool = false, at now: MonotonicInstant) -> Bool {
        let isRestarted = epoch.map { $0 != answer } ?? hasWrites
        let lostData = epoch.map { $0.data != answer.data } ?? false
        epoch = answer
        mustResend = mustResend || isRestarted
        switch stage {
        case .spooling: stage = .returning
        case .primary, .draining, .closing:
            guard isRestarted else { break }
            reason = .restarted
            generation += 1
            stage = .returning
        case .returning: break
        }
        pausedUntil = nil
        return lostData
    }

    /// ``Step/comeBack(resend:)`` is done.
    mutating func cameBack(at now: MonotonicInstant) {
        guard stage == .returning else { return }
        stage = .draining
        mustResend = false
        returnedAt = now
        generation += 1
    }

    /// The replay stopped for another reason than the server's absence.
    mutating func stuck(at now: MonotonicInstant) { pausedUntil = now + Self.pause }

    mutating func appendBegan() { appends += 1 }

    mutating func appendEnded() {
        appends -= 1
        // It was under way when the server had failed, and ends after its return.
        if stage == .primary { stage = .draining }
    }

    /// So few are left that new jobs can wait for them.
    mutating func close() {
        if stage == .draining { stage = .closing }
    }

    /// The last of the spool takes too long for those who wait: they go behind it.
    mutating func reopen() {
        if stage == .closing { stage = .draining }
    }

    /// Nothing that can be replayed is in the spool. True when the server takes everything from now on.
    mutating func emptied() -> Bool {
        guard stage == .closing, appends == 0 else { return false }
        stage = .primary
        return true
    }

    /// What to do next. `looksAt`: when the server is to be looked at while it is there.
    func next(at now: MonotonicInstant, looksAt: MonotonicInstant?) -> Step {
        if let pausedUntil, pausedUntil > now { return .rest(pausedUntil) }
        switch stage {
        case .primary:
            guard let looksAt else { return .rest(nil) }
            return looksAt <= now ? .look : .rest(looksAt)
        case .spooling:
            guard let nextLook, nextLook > now else { return .look }
            return .rest(nextLook)
        case .returning: return .comeBack(resend: mustResend)
        case .draining, .closing:
            if let looksAt, looksAt <= now { return .look }
            // The ends of appends are waited for.
            return stage == .closing && appends > 0 ? .rest(nil) : .replay
        }
    }
}
