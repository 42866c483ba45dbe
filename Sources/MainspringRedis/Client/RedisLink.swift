import MainspringCore
import NIOCore
import NIOPosix
import Synchronization

/// One place for a connection, which it makes when it is needed and again when it is lost, and what waits to be sent over it.
///
/// Calls come from any thread and only append to a buffer; the first of a burst wakes the event loop, which sends it all.
/// Nobody is told anything while the lock is held.
final class RedisLink: Sendable {
    private struct State {
        var machine: LinkMachine
        var queue: SendQueue<RedisWaiter>
        var connection: NIOLoopBound<RedisConnection>?
        var connector: RedisConnector?
        /// The event loop will look into the queue by itself.
        var isAwake = false
        /// Of the attempt or the pause.
        var timer: (any ScheduledAction)?
        var heartbeat: (any ScheduledAction)?
        /// The subscriber has been told that it is subscribed, or has not been told that it is not.
        var isHeard = false
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
    private let ids: any IDSource
    private let loop: any EventLoop
    private let state: Mutex<State>

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
        let (verdict, next, connection) = state.withLock {
            state -> (Verdict, LinkMachine.Next, NIOLoopBound<RedisConnection>?) in
            switch state.machine.phase {
            case .closed: return (.refused(.closed), .nothing, nil)
            case .pausing(let error): return (.refused(Self.unsent(error)), .nothing, nil)
            case .idle, .connecting, .up: break
            }
            guard state.queue.count < options.maxWaiting,
                state.queue.count == 0 || state.queue.bytes + size <= options.maxWaitingBytes
            else { return (.refused(.busy), .nothing, nil) }
            append(&state.queue)
            let next = state.machine.wanted()
            guard !state.isAwake, let connection = state.connection else { return (.taken, next, nil) }
            state.isAwake = true
            return (.taken, next, connection)
        }
        if let connection { loop.execute { connection.value.flush() } }
        perform(next)
        return verdict
    }

    /// For calls that were never sent.
    private static func unsent(_ error: RedisError) -> RedisError {
        guard case .unanswered(let reason) = error else { return error }
        return .unreachable(reason)
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

    // MARK: Connection

    /// For a subscription, which nobody calls.
    func start() { perform(state.withLock { $0.machine.wanted() }) }

    private func perform(_ next: LinkMachine.Next) {
        switch next {
        case .nothing: break
        case .connect: connect(state.withLock { $0.machine.attempt })
        case .pause(let pause):
            let attempt = state.withLock { $0.machine.attempt }
            keep(
                attempt,
                time.schedule(after: pause) { self.perform(self.state.withLock { $0.machine.pauseEnded(attempt) }) })
        }
    }

    /// A timer for this attempt, in place of the last one.
    private func keep(_ attempt: Int, _ timer: any ScheduledAction) {
        let old = state.withLock { state -> (any ScheduledAction)? in
            guard state.machine.attempt == attempt, state.machine.phase != .closed else { return timer }
            defer { state.timer = timer }
            return state.timer
        }
        old?.cancel()
    }

    private func connect(_ attempt: Int) {
        let bound = options.connectWithin
        let connector = RedisConnector(endpoint: endpoint, within: bound, loop: loop) {
            RedisConnection(link: self, attempt: attempt)
        }
        let isCurrent = state.withLock { state in
            guard state.machine.attempt == attempt, state.machine.phase == .connecting else { return false }
            state.connector = connector
            return true
        }
        guard isCurrent else { return }
        keep(
            attempt,
            time.schedule(after: bound) { [loop] in
                loop.execute {
                    if let connection = connector.connection {
                        connection.connectTimedOut(after: bound)
                    } else {
                        connector.giveUp()
                        self.ended(attempt, .unreachable("no connection within \(bound.text)"))
                    }
                }
            })
        connector.start { error in self.ended(attempt, ConnectFailure.reason(of: error, to: self.endpoint)) }
    }

    /// False: it came too late.
    func connected(_ attempt: Int, _ connection: NIOLoopBound<RedisConnection>) -> Bool {
        let (isOurs, timer): (Bool, (any ScheduledAction)?) = state.withLock { state in
            guard state.machine.connected(attempt, at: time.monotonic()) else { return (false, nil) }
            state.connection = connection
            // It flushes by itself after this.
            state.isAwake = true
            defer { (state.timer, state.connector) = (nil, nil) }
            return (true, state.timer)
        }
        timer?.cancel()
        return isOurs
    }

    /// The attempt failed, or its connection is gone.
    func ended(_ attempt: Int, _ error: RedisError) {
        var random = SourcedRandom(ids)
        let now = time.monotonic()
        let (next, waiters, isLost, timers) = state.withLock {
            state -> (LinkMachine.Next?, [RedisWaiter], Bool, [(any ScheduledAction)?]) in
            guard let next = state.machine.lost(attempt, error, at: now, using: &random) else {
                return (nil, [], false, [])
            }
            defer {
                (state.connection, state.connector, state.timer, state.heartbeat) = (nil, nil, nil, nil)
                (state.isAwake, state.isHeard) = (false, false)
            }
            // What was not sent waits for the next attempt if that is made at once.
            let waiters = next == .connect ? [] : state.queue.end()
            return (next, waiters, state.isHeard, [state.timer, state.heartbeat])
        }
        guard let next else { return }
        for timer in timers { timer?.cancel() }
        for waiter in waiters { waiter.fail(Self.unsent(error)) }
        if isLost { subscription?.handler(.lost(error)) }
        perform(next)
    }

    // MARK: Subscription

    func news(_ items: [RedisValue]) {
        guard let subscription, items.count == 3, items[0].text == "message", let bytes = items[2].bytes else { return }
        subscription.handler(.message(bytes))
    }

    func subscribed() {
        let attempt = state.withLock { state in
            state.isHeard = true
            return state.machine.attempt
        }
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
            guard state.machine.attempt == attempt, state.connection != nil else { return false }
            state.heartbeat = timer
            return true
        }
        if !isOurs { timer.cancel() }
    }

    private func connection(of attempt: Int) -> NIOLoopBound<RedisConnection>? {
        state.withLock { $0.machine.attempt == attempt ? $0.connection : nil }
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
        let (waiters, connection, connector, timers) = state.withLock { state in
            state.machine.close()
            defer {
                (state.connection, state.connector, state.timer, state.heartbeat) = (nil, nil, nil, nil)
            }
            return (state.queue.end(), state.connection, state.connector, [state.timer, state.heartbeat])
        }
        for timer in timers { timer?.cancel() }
        for waiter in waiters { waiter.fail(.closed) }
        // A loop that takes nothing any more has closed its connections.
        try? await loop.submit {
            connector?.giveUp()
            connector?.connection?.fail(.closed)
            connection?.value.fail(.closed)
        }.get()
    }
}
