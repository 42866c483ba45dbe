public import MainspringCore
import Synchronization

/// A store that goes on taking jobs, and the ends of attempts, while its server is away.
///
/// ``FailoverMachine`` says where calls go; what the server cannot take goes to the spool, and from there to the server when it
/// is back, in order. ``run()`` does that, and must run for as long as the store is used.
///
/// While the server is away, `insert` and `exchange` succeed as long as the spool takes what they bring (else they throw
/// `store_full`, or what the spool's disk says); leases hold; beats answer what was known last, without a term; leaders' verbs
/// throw `stale_term`; and what can neither be answered nor spooled throws `store_unreachable` at once.
public final class FailoverStore: JobStore {
    struct State {
        var machine: FailoverMachine
        var status: FailoverStatus
        var jobs = SpooledJobs()
        var recent = RecentWrites()
        var handler: (@Sendable (StoreNews) -> Void)?
        /// The last that the node said of itself, to say it again at a return.
        var beat: NodeBeat?
        var nodes: [NodeRecord] = []
        /// Came with an answer that the node did not ask for.
        var wish: NodeWish?
        /// Nonces of claims without an answer, and until when they are asked about again.
        var unanswered: [String: MonotonicInstant?] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// When the server is looked at while it is there.
        var lookAt: MonotonicInstant?
        /// Number of the last entry that the replay saw.
        var cursor: Int64 = 0
        /// Nobody rescues before.
        var rescuesFrom: MonotonicInstant?
    }

    let primary: any RemoteJobStore
    let spool: any Spool
    package let whileAway: WhileAway
    let time: any TimeSource
    private let onChange: @Sendable (FailoverStatus) -> Void
    let deadline: SoftDeadline
    let state: Mutex<State>
    let signal = WakeSignal()

    /// An insert that takes longer goes to the spool; a large one may take as much longer as it has thousands of jobs.
    static let patience: Duration = .milliseconds(250)
    /// So long after a return the nodes have to report the ends of what they ran, and to renew their leases.
    static let grace: Duration = .seconds(10)

    /// Reads what an earlier life of the node left in the spool; then it begins with that. Throws the spool's errors.
    ///
    /// `onChange` is called when the state, its reason or its problem changes, on any thread; it must not block.
    public convenience init(
        primary: any RemoteJobStore, spool: any Spool, whileAway: WhileAway = .hold, time: any TimeSource,
        onChange: @escaping @Sendable (FailoverStatus) -> Void = { _ in }
    ) async throws {
        try await self.init(
            primary: primary, spool: spool, whileAway: whileAway, time: time,
            begin: { body in Task { await body() } }, onChange: onChange)
    }

    /// `begin` runs a task that nobody waits for; a simulation runs it among its own.
    package init(
        primary: any RemoteJobStore, spool: any Spool, whileAway: WhileAway, time: any TimeSource,
        begin: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        onChange: @escaping @Sendable (FailoverStatus) -> Void = { _ in }
    ) async throws {
        self.primary = primary
        self.spool = spool
        self.whileAway = whileAway
        self.time = time
        self.onChange = onChange
        deadline = SoftDeadline(time: time, begin: begin)
        let isEmpty = spool.tally.jobs == 0 && spool.tally.ends == 0
        let machine = FailoverMachine(isSpoolEmpty: isEmpty, epoch: try await spool.epoch())
        state = Mutex(
            State(
                machine: machine,
                status: FailoverStatus(state: machine.state, reason: machine.reason, since: time.now()),
                lookAt: time.monotonic()))
        try await load()
        primary.onNews { [weak self] in self?.heard($0) }
    }

    public var name: String { primary.name }
    public var exchangesAtOnce: Int { primary.exchangesAtOnce }

    public var status: FailoverStatus {
        var status = state.withLock { $0.status }
        status.spool = spool.tally
        return status
    }

    // MARK: State

    /// Changes the state, and tells whoever has to know.
    @discardableResult
    func step<Value: Sendable>(_ body: (inout State) throws -> Value) rethrows -> Value {
        let now = time.now()
        let (value, isNews, waiting): (Value, Bool, [CheckedContinuation<Void, Never>]) = try state.withLock { state in
            let before = state.status
            let value = try body(&state)
            if state.status.state != state.machine.state {
                state.status.state = state.machine.state
                state.status.since = now
            }
            state.status.reason = state.machine.reason
            let isNews =
                before.state != state.status.state || before.reason != state.status.reason
                || before.dataLostAt != state.status.dataLostAt || before.problem != state.status.problem
            guard state.machine.jobsGo != .wait else { return (value, isNews, []) }
            defer { state.waiting = [] }
            return (value, isNews, state.waiting)
        }
        for continuation in waiting { continuation.resume() }
        signal.notify()
        if isNews { onChange(status) }
        return value
    }

    func failed(_ reason: FailoverReason, in generation: Int) {
        let now = time.monotonic()
        step { $0.machine.failed(reason, in: generation, at: now) }
    }

    /// Until new jobs have somewhere to go, which is soon: also when the server goes away meanwhile.
    @concurrent func opened() async {
        let timer = time.schedule(after: Self.patience) { [weak self] in self?.step { $0.machine.reopen() } }
        defer { timer.cancel() }
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard state.machine.jobsGo == .wait else { return false }
                state.waiting.append(continuation)
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    // MARK: News

    public func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) {
        state.withLock { $0.handler = handler }
    }

    func tell(_ news: StoreNews) { state.withLock { $0.handler }?(news) }

    private func heard(_ news: StoreNews) {
        // Some may have been missed, perhaps because the server restarted.
        if news == .all { lookSoon() }
        tell(news)
    }

    func lookSoon() {
        let now = time.monotonic()
        step { $0.lookAt = now }
    }

    public func close() async throws {
        primary.onNews(nil)
        onNews(nil)
        let result: Result<Void, any Error>
        do { result = .success(try await primary.close()) } catch { result = .failure(error) }
        try await spool.close()
        try result.get()
    }
}
