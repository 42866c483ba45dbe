import MainspringCore
import MainspringTesting
import NIOCore
import Testing

@testable import MainspringRedis

@Suite("Machines of the Redis client")
struct MachineTests {
    typealias Machine = ConnectionMachine<String>

    private func ok() -> RedisValue { .simple(ByteBuffer(string: "OK")) }
    private func refusal(_ code: String, _ message: String = "") -> RedisValue {
        .error(RedisRefusal(code: code, message: message))
    }
    private let unknown = RedisValue.error(RedisRefusal(code: "ERR", message: "unknown command 'HELLO'"))

    private func words(_ command: RedisCommand) -> String {
        var buffer = ByteBuffer()
        command.encode(to: &buffer)
        return String(buffer: buffer).split(separator: "\r\n").filter { !$0.hasPrefix("$") && !$0.hasPrefix("*") }
            .joined(separator: " ")
    }

    /// What a login says and how it ends.
    private func login(_ login: Machine.Login, _ replies: [RedisValue]) -> [String] {
        var machine = Machine(login: login)
        var said = [words(machine.begin())]
        for reply in replies {
            switch machine.received(reply) {
            case .send(let command): said.append(words(command))
            case .ready: said.append("ready \(machine.version)")
            case .fail(let error): said.append("\(error)")
            default: said.append("?")
            }
        }
        return said
    }

    @Test("a login says what the server needs, and no more")
    func logins() {
        let hello = RedisValue.map([])
        let full = Machine.Login(user: "ann", password: "pw", database: 3)
        #expect(login(.init(), [hello]) == ["HELLO 3", "ready 3"])
        #expect(login(full, [hello, ok()]) == ["HELLO 3 AUTH ann pw", "SELECT 3", "ready 3"])
        #expect(login(.init(password: "pw"), [hello]) == ["HELLO 3 AUTH default pw", "ready 3"])
        #expect(
            login(full, [unknown, ok(), ok()]) == ["HELLO 3 AUTH ann pw", "AUTH ann pw", "SELECT 3", "ready 2"])
        #expect(login(.init(password: "pw"), [unknown, ok()]) == ["HELLO 3 AUTH default pw", "AUTH pw", "ready 2"])
        #expect(login(.init(), [refusal("NOPROTO", "unsupported")]) == ["HELLO 3", "ready 2"])
    }

    @Test("a refused login says that it is one; a server that has no time yet is away")
    func refusedLogins() {
        func end(_ replies: [RedisValue]) -> RedisError? {
            var machine = Machine(login: .init(password: "pw", database: 3))
            _ = machine.begin()
            var end: RedisError?
            for reply in replies { if case .fail(let error) = machine.received(reply) { end = error } }
            return end
        }
        let wrong = RedisRefusal(code: "WRONGPASS", message: "no", isLogin: true)
        #expect(end([refusal("WRONGPASS", "no")]) == .refused(wrong))
        #expect(end([unknown, refusal("WRONGPASS", "no")]) == .refused(wrong))
        let range = RedisRefusal(code: "ERR", message: "DB index is out of range", isLogin: true)
        #expect(end([.map([]), refusal("ERR", "DB index is out of range")]) == .refused(range))
        #expect(end([refusal("LOADING", "wait")]) == .unreachable("LOADING wait"))
        #expect(
            end([refusal("ERR", "max number of clients reached")]) == .unreachable("ERR max number of clients reached"))
        #expect(end([.integer(1)]) == .broken("HELLO is not answered as Redis does"))
        #expect(end([unknown, .integer(1)]) == .broken("AUTH is not answered as Redis does"))
        #expect(end([.map([]), .integer(1)]) == .broken("SELECT is not answered as Redis does"))
        var early = Machine(login: .init())
        guard case .fail(.broken) = early.received(ok()) else {
            Issue.record("a server that speaks first is taken for Redis")
            return
        }
    }

    private func ready(isSubscriber: Bool = false, version: Int = 3) -> Machine {
        var machine = Machine(login: .init(isSubscriber: isSubscriber))
        _ = machine.begin()
        _ = machine.received(version == 3 ? .map([]) : unknown)
        return machine
    }

    private func told(_ outcome: Machine.Outcome) -> String {
        switch outcome {
        case .single(let waiter, let value): "\(waiter)=\(value.int ?? -1)"
        case .answer(let waiter, let values): "\(waiter)=\(values.compactMap(\.int))"
        case .nothing: "-"
        case .news(let items): "news \(items.count)"
        case .fail(let error): "\(error)"
        case .send, .ready: "?"
        }
    }

    @Test("replies go to those who asked, in order; a batch is told when it is whole")
    func order() {
        var machine = ready()
        let now = MonotonicInstant(nanoseconds: 5)
        machine.sent("a", count: 1, at: now)
        machine.sent("b", count: 3, at: now + .seconds(1))
        machine.sent("c", count: 1, at: now + .seconds(2))
        #expect(machine.inFlight == 5 && machine.oldest == now)
        #expect((1...5).map { told(machine.received(.integer($0))) } == ["a=1", "-", "-", "b=[2, 3, 4]", "c=5"])
        #expect(machine.inFlight == 0 && machine.oldest == nil)
        #expect(told(machine.received(.integer(1))).contains("nobody asked"))
    }

    @Test("those who still wait at the end are told once")
    func end() {
        var machine = ready()
        let now = MonotonicInstant(nanoseconds: 0)
        machine.sent("a", count: 2, at: now)
        machine.sent("b", count: 1, at: now)
        _ = machine.received(.integer(1))
        #expect(machine.end() == ["a", "b"])
        #expect(machine.end() == [])
        #expect(machine.inFlight == 0)
    }

    @Test("news are told from answers, in both versions")
    func news() {
        func items(_ kind: String) -> [RedisValue] {
            [.bulk(ByteBuffer(string: kind)), .bulk(ByteBuffer(string: "channel")), .integer(1)]
        }
        let now = MonotonicInstant(nanoseconds: 0)
        var three = ready(isSubscriber: true)
        three.sent("s", count: 1, at: now)
        three.sent("p", count: 1, at: now)
        #expect(told(three.received(.push(items("message")))) == "news 3")
        #expect(told(three.received(.push(items("subscribe")))).hasPrefix("s="))
        #expect(told(three.received(.simple(ByteBuffer(string: "PONG")))).hasPrefix("p="))
        var two = ready(isSubscriber: true, version: 2)
        two.sent("s", count: 1, at: now)
        two.sent("p", count: 1, at: now)
        #expect(told(two.received(.array(items("subscribe")))).hasPrefix("s="))
        #expect(told(two.received(.array(items("message")))) == "news 3")
        #expect(told(two.received(.array(items("pong")))).hasPrefix("p="))
        var plain = ready(version: 2)
        plain.sent("a", count: 1, at: now)
        #expect(told(plain.received(.array(items("message")))).hasPrefix("a="))
    }

    @Test("what waits is sent in order and never more than may be in flight, except a call that is larger alone")
    func queue() {
        let now = MonotonicInstant(nanoseconds: 0)
        var queue = SendQueue<Int>(maxInFlight: 16)
        for index in 0..<5 { queue.append(RedisCommand("PING"), index, at: { now }) }
        queue.append(Array(repeating: RedisCommand("PING"), count: 40), 5, at: { now })
        queue.append(RedisCommand("PING"), 6, at: { now })
        #expect(queue.count == 46)
        var (order, sizes, bytes) = ([Int](), [Int](), 0)
        let whole = queue.bytes
        while let segment = queue.next(inFlight: 0, maxInFlight: 16) {
            order += segment.waiters.map(\.waiter)
            sizes.append(segment.count)
            bytes += segment.bytes.readableBytes
        }
        #expect(order == Array(0..<7) && sizes.reduce(0, +) == 46)
        #expect(sizes.allSatisfy { $0 <= 2 || $0 == 40 })
        #expect(bytes == whole && queue.bytes == 0 && queue.count == 0)
        queue.append(RedisCommand("PING"), 7, at: { now })
        #expect(queue.next(inFlight: 16, maxInFlight: 16) == nil)
        #expect(queue.next(inFlight: 15, maxInFlight: 16)?.count == 1)
        queue.append(RedisCommand("PING"), 8, at: { now })
        #expect(queue.end() == [8] && queue.count == 0 && queue.bytes == 0)
    }

    @Test("those who wait too long to be sent are given up, and only those")
    func expiry() {
        var queue = SendQueue<Int>(maxInFlight: 8)
        for second in 0..<4 {
            queue.append(RedisCommand("PING"), second) { MonotonicInstant(nanoseconds: Int64(second) * 1_000_000_000) }
        }
        #expect(queue.expire(before: MonotonicInstant(nanoseconds: 0)) == [])
        #expect(queue.expire(before: MonotonicInstant(nanoseconds: 1_500_000_000)) == [0, 1])
        #expect(queue.count == 2 && queue.next(inFlight: 0, maxInFlight: 8)?.waiters.map(\.waiter) == [2])
        #expect(queue.expire(before: MonotonicInstant(nanoseconds: 9_000_000_000)) == [3])
        #expect(queue.count == 0 && queue.bytes == 0)
    }

    @Test("commands are arrays of bytes")
    func commands() {
        var command = RedisCommand("SET", "k")
        command.append([0, 255])
        command.append(Int64.min)
        command.append(ByteBuffer(string: ""))
        command.append(0)
        var buffer = ByteBuffer()
        command.encode(to: &buffer)
        let expected =
            Array("*6\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n".utf8) + [0, 255]
            + Array("\r\n$20\r\n-9223372036854775808\r\n$0\r\n\r\n$1\r\n0\r\n".utf8)
        #expect(Array(buffer.readableBytesView) == expected)
    }
}
