import Dispatch
import Glibc
public import MainspringCore
import Synchronization

/// Threads for work that blocks or computes for long, so that it holds up no thread of the concurrency pool.
///
/// They are made when they are needed, named `mspr-NAME-N`, and end when they were idle for a while. For retries put
/// ``run(name:isolation:_:)`` into one: each attempt then waits for its turn.
public final class BlockingPool: Sendable {
    /// What happens to work that comes when the limit of waiting work is reached.
    public enum WhenFull: Sendable, Hashable {
        /// Its caller gets a `queue_full` error at once.
        case refuse
        /// It waits nevertheless: the callers, each suspended until its work is done, are the limit.
        case wait
    }

    private struct Work {
        let name: String
        let submitted: MonotonicInstant
        /// Does it, and returns what tells the caller.
        let perform: @Sendable () -> @Sendable () -> Void
        let refuse: @Sendable (MainspringError?) -> Void
    }

    private struct State {
        var lastTicket = 0
        var work: [BlockingMachine.Ticket: Work] = [:]
        var workers: [BlockingMachine.Worker: Mailbox] = [:]
        var idleTimers: [BlockingMachine.Worker: any ScheduledAction] = [:]
        var closeWaiters: [OneShot<Void>] = []
        var statistics = BlockingPoolStatistics()
    }

    public let name: String
    private let pump: ActionPump<BlockingMachine, BlockingMachine.Action>
    private let state = Mutex(State())
    private let limit: Int
    private let idleTime: Duration
    private let time: any TimeSource
    private let startThread: @Sendable (String, @escaping @Sendable () -> Void) -> Bool

    /// `threads` is how many there are at most; the default is one for each core, at least four. `limit` is how much work may
    /// wait for a thread. A thread ends after `idleTime` without work.
    public convenience init(
        name: String = "block", threads: Int = BlockingPool.defaultThreads, limit: Int = 1024,
        whenFull: WhenFull = .refuse, idleTime: Duration = .seconds(30), time: any TimeSource = SystemTime()
    ) {
        self.init(
            name: name, threads: threads, limit: limit, whenFull: whenFull, idleTime: idleTime, time: time,
            startThread: { RawThread.start($0, $1) })
    }

    init(
        name: String, threads: Int, limit: Int, whenFull: WhenFull, idleTime: Duration, time: any TimeSource,
        startThread: @escaping @Sendable (String, @escaping @Sendable () -> Void) -> Bool
    ) {
        self.name = name
        self.limit = limit
        self.idleTime = idleTime
        self.time = time
        self.startThread = startThread
        pump = ActionPump(BlockingMachine(threads: threads, limit: whenFull == .wait ? nil : limit))
    }

    public static let defaultThreads = max(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    public var statistics: BlockingPoolStatistics {
        let (threads, busy, waiting) = pump.read { ($0.threadCount, $0.busy.count, $0.waiting.count) }
        var statistics = state.withLock { $0.statistics }
        (statistics.threads, statistics.busy, statistics.waiting) = (threads, busy, waiting)
        return statistics
    }

    /// Does `work` on one of the threads, after what was handed in before it, and returns what it returns or throws.
    ///
    /// Cancellation while it waits takes it out and throws `CancellationError`. Once it runs nothing can stop it: the call
    /// waits for it, cancelled or not. Throws `queue_full` at the limit, or when the system gives no thread, and `draining`
    /// after ``close(within:)``; then the work was not done.
    ///
    /// The work has no task: no task-local values, and `Task.isCancelled` is false. `name` is how ``close(within:)`` calls it.
    public func run<Value: Sendable>(
        name: String, isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let answer = OneShot<Value>()
        let item = Work(name: name, submitted: time.monotonic()) {
            let result = Result { try work() }
            return { answer.resolve(result) }
        } refuse: {
            answer.resolve(.failure($0 ?? CancellationError() as any Error))
        }
        let ticket = state.withLock { state in
            state.lastTicket += 1
            state.work[state.lastTicket] = item
            return state.lastTicket
        }
        feed(.submit(ticket))
        return try await withTaskCancellationHandler {
            try await answer.value()
        } onCancel: {
            feed(.cancel(ticket))
        }
    }

    /// Takes no more work, waits until all of it is done, and returns the names of what still runs after `limit`.
    ///
    /// What still waits for a thread then is refused with `draining`; what runs goes on, and its threads end with it. A second
    /// call can only shorten the wait.
    public func close(within limit: Duration) async -> [String] {
        let closed = OneShot<Void>()
        state.withLock { $0.closeWaiters.append(closed) }
        feed(.close)
        let timer = time.schedule(after: limit) { self.feed(.closeNow) }
        // It never fails.
        try? await closed.value()
        timer.cancel()
        let running = pump.read { $0.busy.values.sorted() }
        return state.withLock { state in running.compactMap { state.work[$0]?.name } }
    }

    private func feed(_ input: BlockingMachine.Input) {
        pump.feed {
            $0.handle(input)
        } perform: {
            perform($0)
        }
    }

    private func perform(_ action: BlockingMachine.Action) {
        switch action {
        case .startThread(let worker): start(worker)
        case .hand(let ticket, let worker): state.withLock { $0.workers[worker] }?.put(ticket)
        case .endThread(let worker):
            state.withLock { state in
                state.idleTimers[worker] = nil
                return state.workers.removeValue(forKey: worker)
            }?.put(nil)
        case .refuse(let ticket, let refusal): refuse(ticket, refusal)
        case .watchIdle(let worker):
            let timer = time.schedule(after: idleTime) { self.feed(.idleTooLong(worker)) }
            state.withLock { $0.idleTimers[worker] = timer }
        case .unwatchIdle(let worker): state.withLock { $0.idleTimers.removeValue(forKey: worker) }?.cancel()
        case .closed:
            let waiters = state.withLock { state in
                defer { state.closeWaiters = [] }
                return state.closeWaiters
            }
            for waiter in waiters { waiter.resolve(.success(())) }
        }
    }

    private func start(_ worker: BlockingMachine.Worker) {
        let mailbox = Mailbox()
        state.withLock { $0.workers[worker] = mailbox }
        // Tools see 15 bytes of a thread's name: the number must be among them.
        let number = "-\(worker)"
        let threadName = String("mspr-\(name)".prefix(15 - number.count)) + number
        if startThread(threadName, { self.serve(worker, mailbox) }) { return }
        state.withLock { _ = $0.workers.removeValue(forKey: worker) }
        feed(.startFailed(worker))
    }

    private func serve(_ worker: BlockingMachine.Worker, _ mailbox: Mailbox) {
        while let ticket = mailbox.take() {
            let tell = perform(ticket)
            feed(.finished(worker))
            tell?()
        }
    }

    private func perform(_ ticket: BlockingMachine.Ticket) -> (@Sendable () -> Void)? {
        let start = time.monotonic()
        guard let work = state.withLock({ $0.work[ticket] }) else { return nil }
        let tell = work.perform()
        let end = time.monotonic()
        state.withLock { state in
            state.work[ticket] = nil
            state.statistics.completed += 1
            state.statistics.waited += start - work.submitted
            state.statistics.ran += end - start
        }
        return tell
    }

    private func refuse(_ ticket: BlockingMachine.Ticket, _ refusal: BlockingMachine.Refusal) {
        let work = state.withLock { state in
            if refusal == .cancelled { state.statistics.cancelled += 1 } else { state.statistics.refused += 1 }
            return state.work.removeValue(forKey: ticket)
        }
        switch refusal {
        case .cancelled: work?.refuse(nil)
        case .closed: work?.refuse(MainspringError(.draining, "the pool \(name) is closed"))
        case .full:
            work?.refuse(
                MainspringError(
                    .queueFull, "\(limit) pieces of work wait in the pool \(name)",
                    hint: "Try again later, or give it more threads."))
        case .noThread:
            work?.refuse(
                MainspringError(
                    .queueFull, "the system gives the pool \(name) no thread",
                    hint: "Raise the limit of threads of the process or its control group."))
        }
    }
}

/// How a thread gets its next work; it blocks while there is none.
private final class Mailbox: Sendable {
    private let ready = DispatchSemaphore(value: 0)
    private let content = Mutex<BlockingMachine.Ticket?>(nil)

    /// nil ends the thread. Only when the last one was taken.
    func put(_ ticket: BlockingMachine.Ticket?) {
        content.withLock { $0 = ticket }
        ready.signal()
    }

    func take() -> BlockingMachine.Ticket? {
        ready.wait()
        return content.withLock { content in
            defer { content = nil }
            return content
        }
    }
}
