import MainspringCore
import NIOCore
import Synchronization

/// Does what ``LinkMachine`` says. All of it happens on the event loop, except for `start`.
extension RedisLink {
    /// Makes the first connection; later calls change nothing.
    func start() { loop.execute { self.step { $0.wanted(using: &$1) } } }

    private func step(_ body: (inout LinkMachine, inout SourcedRandom) -> [LinkMachine.Action]) {
        var random = SourcedRandom(ids)
        perform(state.withLock { body(&$0.machine, &random) })
    }

    func perform(_ actions: [LinkMachine.Action]) {
        for action in actions {
            switch action {
            case .attempt(let attempt): begin(attempt)
            case .giveUp(let attempt): remove(attempt)?.giveUp()
            case .use(let attempt): use(attempt)
            case .drop(let attempt, let error): drop(attempt, error)
            case .fail(let error): fail(error)
            case .wake(let pause): wake(after: pause)
            case .sleep: wake(after: nil)
            }
        }
    }

    private func wake(after pause: Duration?) {
        let (old, number) = state.withLock { state in
            state.timerNumber += 1
            defer { state.timer = nil }
            return (state.timer, state.timerNumber)
        }
        old?.cancel()
        guard let pause else { return }
        let timer = time.schedule(after: pause) { [loop] in loop.execute { self.woken(number) } }
        state.withLock { $0.timer = timer }
    }

    private func woken(_ number: Int) {
        guard state.withLock({ $0.timerNumber == number }) else { return }
        let now = time.monotonic()
        step { $0.woken(at: now, using: &$1) }
    }

    // MARK: Attempts

    private func begin(_ attempt: Int) {
        guard state.withLock({ $0.machine.attempts.contains(attempt) }) else { return }
        let bound = options.connectWithin
        let connector = RedisConnector(endpoint: endpoint, within: bound, loop: loop) {
            RedisConnection(link: self, attempt: attempt)
        }
        let deadline = time.schedule(after: bound) { [loop] in loop.execute { self.timedOut(attempt) } }
        state.withLock { $0.attempts[attempt] = Attempt(connector: connector, deadline: deadline) }
        connector.start { error in self.ended(attempt, ConnectFailure.reason(of: error, to: self.endpoint)) }
    }

    /// It is no longer one of those under way.
    private func remove(_ attempt: Int) -> RedisConnector? {
        let found = state.withLock { $0.attempts.removeValue(forKey: attempt) }
        found?.deadline.cancel()
        return found?.connector
    }

    private func timedOut(_ attempt: Int) {
        guard let connector = state.withLock({ $0.attempts[attempt]?.connector }) else { return }
        let bound = options.connectWithin
        let reason = connector.connection?.lateness(after: bound) ?? "no connection within \(bound.text)"
        failed(attempt, .unreachable(reason))
        connector.giveUp()
    }

    /// Logged in.
    func ready(_ attempt: Int) {
        state.withLock { $0.attempts[attempt]?.deadline }?.cancel()
        let now = time.monotonic()
        step { machine, _ in machine.ready(attempt, at: now) }
    }

    private func failed(_ attempt: Int, _ error: RedisError) {
        _ = remove(attempt)
        let now = time.monotonic()
        step { $0.failed(attempt, error, at: now, using: &$1) }
    }

    /// Nothing is left of the attempt, or of the connection that came of it. Told once for each.
    func ended(_ attempt: Int, _ error: RedisError) {
        failed(attempt, error)
        state.withLock { $0.machine.gone(attempt) }
    }

    // MARK: The connection in use

    private func use(_ attempt: Int) {
        guard let connection = remove(attempt)?.connection else { return }
        let bound = NIOLoopBound(connection, eventLoop: loop)
        state.withLock { state in
            state.connection = bound
            // It flushes by itself after this.
            state.isAwake = true
        }
        connection.use()
    }

    private func drop(_ attempt: Int, _ error: RedisError) {
        let (connection, heartbeat) = state.withLock { state in
            defer { (state.connection, state.heartbeat, state.isAwake) = (nil, nil, false) }
            return (state.connection, state.heartbeat)
        }
        heartbeat?.cancel()
        tellLost(error)
        connection?.value.fail(error)
    }

    private func fail(_ error: RedisError) {
        for waiter in state.withLock({ $0.queue.end() }) { waiter.fail(error.unsent) }
        tellLost(error)
    }

    private func tellLost(_ error: RedisError) {
        let isNews = state.withLock { state in
            defer { state.isHeard = false }
            return state.isHeard && error != .closed
        }
        if isNews { subscription?.handler(.lost(error)) }
    }

    // MARK: Silence

    /// An answer is due over the connection, and nothing comes.
    func doubted(_ attempt: Int) {
        step { $0.doubted(attempt, using: &$1) }
        state.withLock { $0.onDoubt }()
    }

    func heard(_ attempt: Int) { step { machine, _ in machine.heard(attempt) } }

    /// Whether the server is there, if nothing else asks that already.
    func ask() {
        guard let connection = state.withLock({ $0.connection }) else { return }
        loop.execute { if connection.value.inFlight == 0 { connection.value.ask() } }
    }

    func onDoubt(_ handler: @escaping @Sendable () -> Void) { state.withLock { $0.onDoubt = handler } }
}

extension RedisError {
    /// For calls that were never sent.
    var unsent: RedisError {
        guard case .unanswered(let reason) = self else { return self }
        return .unreachable(reason)
    }
}
