import Glibc
import MainspringCore
import NIOCore

/// One connection, from login to its end: a shell around ``ConnectionMachine`` on the event loop's thread.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let link: RedisLink
    private let attempt: Int
    private let usesTLS: Bool
    private var machine: ConnectionMachine<RedisWaiter>
    private var decoder: RESPDecoder
    private var context: ChannelHandlerContext?
    /// What has come and is no complete reply.
    private var rest: ByteBuffer?
    private var hasBegun = false
    private var hasHeard = false
    /// Why it ended; nobody is told before it has begun.
    private var failure: RedisError?
    private var isOver = false
    /// Commands wait for room in flight.
    private var isHeldBack = false
    private var heardAt = MonotonicInstant(nanoseconds: 0)
    /// Bytes that were sent since it was heard.
    private var unheard = 0
    private var isDoubted = false
    private var isInUse = false
    /// A connection that took a silent one's place and is as silent was not the remedy: it has its whole deadline.
    private var isTrusted = true
    private var deadline: (any ScheduledAction)?

    init(link: RedisLink, attempt: Int) {
        self.link = link
        self.attempt = attempt
        usesTLS = link.endpoint.tls != nil
        machine = ConnectionMachine(login: link.login)
        decoder = RESPDecoder(limits: link.options.limits)
    }

    var inFlight: Int { machine.inFlight }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, failure == nil else { return }
        hasHeard = true
        heardAt = link.time.monotonic()
        unheard = 0
        var buffer = unwrapInboundIn(data)
        if var rest {
            self.rest = nil
            rest.writeBuffer(&buffer)
            buffer = rest
        }
        do throws(RESPFault) {
            while failure == nil, let value = try decoder.next(from: &buffer) { received(value) }
        } catch {
            fail(.broken(error.reason))
        }
        if buffer.readableBytes > 0 { rest = buffer }
        if failure == nil, isDoubted || isInUse && !isTrusted { spoke() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isHeldBack { flush() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isHeldBack { flush() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !machine.isReady, !hasHeard {
            fail(.unreachable(ConnectFailure.closedEarly(usesTLS: usesTLS)))
        } else {
            fail(.unreachable("the server closed the connection"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A server that expects TLS resets a connection without.
        if hasBegun, !machine.isReady, !hasHeard, (error as? IOError)?.errnoCode == ECONNRESET {
            return fail(.unreachable(ConnectFailure.closedEarly(usesTLS: usesTLS)))
        }
        fail(ConnectFailure.reason(of: error, to: link.endpoint))
    }

    // MARK: Login

    /// This connection is the one that counts: attempts by other addresses of the server are given up.
    func begin() {
        hasBegun = true
        guard failure == nil, let context, context.channel.isActive else {
            return end(failure ?? .unreachable("the server closed the connection at once"))
        }
        send(machine.begin())
    }

    private func send(_ command: RedisCommand) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: command.size)
        command.encode(to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Why the attempt takes too long.
    func lateness(after bound: Duration) -> String {
        usesTLS && !hasHeard
            ? "no TLS handshake within \(bound.text): does the server speak TLS there?"
            : "it took the connection and did not answer within \(bound.text)"
    }

    // MARK: Commands

    private func received(_ value: RedisValue) {
        switch machine.received(value) {
        case .single(.one(let continuation), let value): continuation.resume(returning: .success(value))
        case .answer(.many(let continuation), let values): continuation.resume(returning: .success(values))
        case .single(let waiter, let value): told(waiter, [value])
        case .answer(let waiter, let values): told(waiter, values)
        case .news(let items): link.news(items)
        case .nothing: break
        case .send(let command): send(command)
        case .ready:
            link.ready(attempt)
            // Then it waits beside one that is silent.
            isTrusted = isInUse
        case .fail(let error): fail(error)
        }
    }

    private func told(_ waiter: RedisWaiter, _ values: [RedisValue]) {
        switch waiter {
        case .one: break
        case .many(let continuation): continuation.resume(returning: .success(values))
        case .heartbeat: break
        case .subscription:
            if let refusal = values.first?.refusal { return fail(.refused(refusal)) }
            link.subscribed(attempt)
        }
    }

    /// Commands go over it from now on.
    func use() {
        isInUse = true
        if let channel = link.subscription?.channel {
            send(RedisCommand("SUBSCRIBE", channel))
            sent(.subscription, count: 1)
        } else if !isTrusted {
            ask()
        }
        flush()
    }

    /// Sends what there is room for.
    func flush() {
        // What waits goes over whichever connection turns out to live.
        guard let context, failure == nil, !isDoubted else { return }
        var hasWritten = false
        // A server that does not read holds back too: what it has not taken stays bounded in bytes.
        isHeldBack = true
        while context.channel.isWritable,
            let segment = link.take(inFlight: machine.inFlight, isHeldBack: &isHeldBack)
        {
            let now = link.time.monotonic()
            for entry in segment.waiters { machine.sent(entry.waiter, count: entry.count, at: now) }
            unheard += segment.bytes.readableBytes
            context.write(wrapOutboundOut(segment.bytes), promise: nil)
            hasWritten = true
        }
        guard hasWritten else { return }
        context.flush()
        watch()
    }

    func ask() {
        guard failure == nil, machine.isReady else { return }
        send(RedisCommand("PING"))
        sent(.heartbeat, count: 1)
    }

    private func sent(_ waiter: RedisWaiter, count: Int) {
        machine.sent(waiter, count: count, at: link.time.monotonic())
        watch()
    }

    // MARK: Silence, and the deadline of the oldest in flight

    /// One timer for all commands: it fires once after the last of them, and then sleeps until the next.
    private func watch() {
        guard deadline == nil, let context, let oldest = machine.oldest else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let now = link.time.monotonic()
        var left = link.options.answerWithin - (now - oldest)
        if mayDoubt { left = min(left, patience - (now - max(oldest, heardAt))) }
        deadline = link.time.schedule(after: max(.zero, left)) { loop.execute { bound.value.deadlinePassed() } }
    }

    private var mayDoubt: Bool { !isDoubted && isTrusted }

    /// Large commands take their time to be sent.
    private var patience: Duration { link.options.doubtAfter + .milliseconds(100) * (unheard >> 20) }

    private func deadlinePassed() {
        deadline = nil
        let now = link.time.monotonic()
        guard failure == nil, let oldest = machine.oldest else { return }
        link.expire(at: now)
        guard now - oldest < link.options.answerWithin else {
            return fail(.unanswered("no answer within \(link.options.answerWithin.text)"))
        }
        if mayDoubt, now - max(oldest, heardAt) >= patience {
            isDoubted = true
            link.doubted(attempt)
        }
        watch()
    }

    /// The timer counts from now on.
    private func spoke() {
        if isDoubted { link.heard(attempt) }
        (isDoubted, isTrusted) = (false, true)
        deadline?.cancel()
        deadline = nil
        watch()
        flush()
    }

    // MARK: End

    func fail(_ error: RedisError) {
        guard failure == nil else { return }
        failure = error
        if hasBegun { end(error) }
        context?.close(promise: nil)
    }

    private func end(_ error: RedisError) {
        guard !isOver else { return }
        isOver = true
        deadline?.cancel()
        deadline = nil
        rest = nil
        let waiters = machine.end()
        // The link first: whoever is told may call at once.
        link.ended(attempt, error)
        guard !waiters.isEmpty else { return }
        let answer: RedisError
        switch error {
        case .broken: answer = error
        case .unreachable(let reason): answer = .unanswered(reason)
        case .closed: answer = .unanswered("the client was closed")
        default: answer = error
        }
        for waiter in waiters { waiter.fail(answer) }
    }
}
