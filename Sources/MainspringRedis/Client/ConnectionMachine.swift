import MainspringCore
import NIOCore

/// What one connection knows: how far its login is, and who waits for which reply; pure.
///
/// Redis answers in order, so the oldest in flight owns the next reply. `Waiter` is whatever is told.
struct ConnectionMachine<Waiter> {
    struct Login: Sendable, Equatable {
        var user: String?
        var password: String?
        var database = 0
        /// News are expected. RESP2 sends them as arrays, which the replies to a subscriber's commands are too.
        var isSubscriber = false
    }

    enum Outcome {
        case nothing
        /// The next step of the login.
        case send(RedisCommand)
        /// Logged in: commands may be sent.
        case ready
        case answer(Waiter, [RedisValue])
        /// To a call of one command, which is most of them.
        case single(Waiter, RedisValue)
        case news([RedisValue])
        /// The connection is of no use.
        case fail(RedisError)
    }

    private enum Phase { case new, hello, auth, select, ready }

    private struct Entry {
        var waiter: Waiter
        var missing: Int
        var sentAt: MonotonicInstant
    }

    private let login: Login
    private var phase = Phase.new
    private var entries = CircularBuffer<Entry>()
    /// Of the oldest in flight.
    private var gathered: [RedisValue] = []
    /// 3 unless the server did not know it.
    private(set) var version = 3
    /// Commands that have no answer yet.
    private(set) var inFlight = 0

    init(login: Login) {
        self.login = login
    }

    var isReady: Bool { phase == .ready }

    /// When the oldest in flight was sent.
    var oldest: MonotonicInstant? { entries.first?.sentAt }

    // MARK: Login

    mutating func begin() -> RedisCommand {
        phase = .hello
        var command = RedisCommand("HELLO", "3")
        if let password = login.password {
            command.append("AUTH")
            command.append(login.user ?? "default")
            command.append(password)
        }
        return command
    }

    private mutating func stepped(_ value: RedisValue) -> Outcome {
        if case .error(var refusal) = value {
            guard phase == .hello, Self.lacksHello(refusal) else {
                if Self.passes(refusal) { return .fail(.unreachable("\(refusal.code) \(refusal.message)")) }
                refusal.isLogin = true
                return .fail(.refused(refusal))
            }
            version = 2
            guard let password = login.password else { return select() }
            phase = .auth
            var command = RedisCommand("AUTH")
            if let user = login.user { command.append(user) }
            command.append(password)
            return .send(command)
        }
        switch phase {
        case .hello:
            guard case .map = value else { return .fail(.broken("HELLO is not answered as Redis does")) }
            return select()
        case .auth:
            guard Self.isOK(value) else { return .fail(.broken("AUTH is not answered as Redis does")) }
            return select()
        default:
            guard Self.isOK(value) else { return .fail(.broken("SELECT is not answered as Redis does")) }
            phase = .ready
            return .ready
        }
    }

    private mutating func select() -> Outcome {
        guard login.database != 0 else {
            phase = .ready
            return .ready
        }
        phase = .select
        return .send(RedisCommand("SELECT", "\(login.database)"))
    }

    private static func lacksHello(_ refusal: RedisRefusal) -> Bool {
        refusal.code == "NOPROTO" || refusal.code == "ERR" && refusal.message.lowercased().hasPrefix("unknown command")
    }

    /// The server has no time or no room for anybody, which is not about this caller.
    private static func passes(_ refusal: RedisRefusal) -> Bool {
        ["LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN"].contains(refusal.code)
            || refusal.message.hasPrefix("max number of clients")
    }

    private static func isOK(_ value: RedisValue) -> Bool {
        guard case .simple(let text) = value else { return false }
        return text.readableBytesView.elementsEqual("OK".utf8)
    }

    // MARK: Replies

    /// `count` commands went out together.
    mutating func sent(_ waiter: Waiter, count: Int, at now: MonotonicInstant) {
        entries.append(Entry(waiter: waiter, missing: count, sentAt: now))
        inFlight += count
    }

    mutating func received(_ value: RedisValue) -> Outcome {
        guard phase == .ready else {
            return phase == .new ? .fail(.broken("it speaks before it is asked")) : stepped(value)
        }
        if case .push(let items) = value { return news(items) ?? .news(items) }
        if version == 2, login.isSubscriber, case .array(let items) = value { return news(items) ?? .news(items) }
        return answered(value)
    }

    /// Nil for a message; confirmations and answers in their form are answers.
    private mutating func news(_ items: [RedisValue]) -> Outcome? {
        guard login.isSubscriber, let kind = items.first?.buffer?.readableBytesView else { return nil }
        guard kind.elementsEqual("subscribe".utf8) || kind.elementsEqual("pong".utf8) else { return nil }
        return answered(.array(items))
    }

    private mutating func answered(_ value: RedisValue) -> Outcome {
        guard let missing = entries.first?.missing else { return .fail(.broken("it answers what nobody asked")) }
        inFlight -= 1
        if missing == 1, gathered.isEmpty { return .single(entries.removeFirst().waiter, value) }
        if gathered.isEmpty { gathered.reserveCapacity(missing) }
        gathered.append(value)
        guard missing == 1 else {
            entries[entries.startIndex].missing -= 1
            return .nothing
        }
        let values = gathered
        gathered = []
        return .answer(entries.removeFirst().waiter, values)
    }

    /// Everybody who still waits; nobody afterwards.
    mutating func end() -> [Waiter] {
        let waiters = entries.map(\.waiter)
        entries.removeAll()
        (gathered, inFlight) = ([], 0)
        return waiters
    }
}
