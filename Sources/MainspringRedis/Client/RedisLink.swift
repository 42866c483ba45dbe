import MainspringCore
import NIOCore
import NIOPosix
import Synchronization

/// One place for a connection, which it makes when it is needed and again when it is lost, and what waits to be sent over it.
///
/// Calls come from any thread and only append to a buffer; the first of a burst wakes the event loop, which sends it all.
/// Connections are made and given up on the event loop alone. Nobody is told anything while the lock is held.
final class RedisLink: Sendable {
    struct State {
        var machine: LinkMachine
        var queue: SendQueue<RedisWaiter>
        var connection: NIOLoopBound<RedisConnection>?
        /// Those under way.
        var attempts: [Int: Attempt] = [:]
        /// The event loop will look into the queue by itself.
        var isAwake = false
        /// Of ``LinkMachine/Action/wake(_:)``.
        var timer: (any ScheduledAction)?
        /// Of the timer that counts.
        var timerNumber = 0
        var heartbeat: (any ScheduledAction)?
        /// The subscriber has been told that it is subscribed, or has not been told that it is not.
        var isHeard = false
        var onDoubt: @Sendable () -> Void = {}
    }

    struct Attempt {
        var connector: RedisConnector
        var deadline: any ScheduledAction
    }

    enum Verdict {
        case taken
        case refused(RedisError)
    }

    let endpoint: RedisEndpoint
    let options: RedisOptions
    let time: any TimeSource
    let subscription: RedisSubscription?
    let login: ConnectionMachine<RedisWaiter>.Login
    let ids: any IDSource
    let loop: any EventLoop
    let state: Mutex<State>

    init(
        _ endpoint: RedisEndpoint, options: RedisOptions, time: any TimeSource, ids: any IDSource,
        subscription: RedisSubscription? = nil
    ) {
        self.endpoint = endpoint
        self.options = options
        self.time = time
        self.ids = ids
        self.subscription = subscription
        login = .init(
            user: endpoint.user, password: endpoint.password, database: endpoint.database,
            isSubscriber: subscription != nil)
        loop = MultiThreadedEventLoopGroup.singleton.next()
        let pauses = LinkMachine.Pauses(longest: options.reconnectWithin, denied: options.deniedPause)
        state = Mutex(
            State(machine: LinkMachine(pauses), queue: SendQueue(maxInFlight: options.maxInFlight), isHeard: true))
    }

    // MARK: Calls

    func call(_ command: RedisCommand, _ waiter: RedisWaiter) -> Verdict {
        enqueue(command.size) { $0.append(command, waiter, at: time.monotonic) }
    }

    func call(_ commands: [RedisCommand], _ waiter: RedisWaiter) -> Verdict {
        enqueue(commands.reduce(0) { $0 + $1.size }) { $0.append(commands, waiter, at: time.monotonic) }
    }

    private func enqueue(_ size: Int, _ append: (inout SendQueue<RedisWaiter>) -> Void) -> Verdict {
        let (verdict, isFirst, connection) = state.withLock {
            state -> (Verdict, Bool, NIOLoopBound<RedisConnection>?) in
            switch state.machine.phase {
            case .closed: return (.refused(.closed), false, nil)
            case .away(let error): return (.refused(error.unsent), false, nil)
            case .idle, .connecting, .up, .doubted: break
            }
            guard state.queue.count < options.maxWaiting,
                state.queue.count == 0 || state.queue.bytes + size <= options.maxWaitingBytes
            else { return (.refused(.busy), false, nil) }
            append(&state.queue)
            let isFirst = state.machine.phase == .idle
            guard !state.isAwake, let connection = state.connection else { return (.taken, isFirst, nil) }
            state.isAwake = true
            return (.taken, isFirst, connection)
        }
        if let connection { loop.execute { connection.value.flush() } }
        if isFirst { start() }
        return verdict
    }

    /// What to send next; nil: nothing is there, or there is no room.
    func take(inFlight: Int, isHeldBack: inout Bool) -> SendQueue<RedisWaiter>.Segment? {
        let (segment, isEmpty) = state.withLock { state in
            let segment = state.queue.next(inFlight: inFlight, maxInFlight: options.maxInFlight)
            let isEmpty = state.queue.count == 0
            if segment == nil { state.isAwake = !isEmpty }
            return (segment, isEmpty)
        }
        isHeldBack = segment == nil && !isEmpty
        return segment
    }

    /// Fails those who have waited for room too long.
    func expire(at now: MonotonicInstant) {
        let waiters = state.withLock { $0.queue.expire(before: now + (.zero - options.answerWithin)) }
        for waiter in waiters { waiter.fail(.unreachable("not sent within \(options.answerWithin.text)")) }
    }

    // MARK: Subscription

    func news(_ items: [RedisValue]) {
        guard let subscription, items.count == 3, items[0].text == "message", let bytes = items[2].bytes else { return }
        subscription.handler(.message(bytes))
    }

    func subscribed(_ attempt: Int) {
        state.withLock { $0.isHeard = true }
        beat(attempt)
        subscription?.handler(.subscribed)
    }

    /// Asks again and again for as long as this attempt's connection lives.
    private func beat(_ attempt: Int) {
        let timer = time.schedule(after: options.heartbeat) { [loop] in
            guard let connection = self.connection(of: attempt) else { return }
            loop.execute { connection.value.ask() }
            self.beat(attempt)
        }
        let isOurs = state.withLock { state in
            guard state.machine.current == attempt, state.connection != nil else { return false }
            state.heartbeat = timer
            return true
        }
        if !isOurs { timer.cancel() }
    }

    private func connection(of attempt: Int) -> NIOLoopBound<RedisConnection>? {
        state.withLock { $0.machine.current == attempt ? $0.connection : nil }
    }

    // MARK: Figures

    func waiting() -> Int { state.withLock { $0.queue.count } }

    func inFlight() async -> Int {
        guard let connection = state.withLock({ $0.connection }) else { return 0 }
        return (try? await loop.submit { connection.value.inFlight }.get()) ?? 0
    }

    // MARK: End

    /// Calls that wait get `.closed`; those that were sent get `.unanswered`.
    func close() async {
        let (waiters, actions) = state.withLock { ($0.queue.end(), $0.machine.close()) }
        for waiter in waiters { waiter.fail(.closed) }
        // A loop that takes nothing any more has closed its connections.
        try? await loop.submit { self.perform(actions) }.get()
    }
}
