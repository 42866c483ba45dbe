import MainspringTesting
import NIOCore
import Testing

@testable import MainspringRedis

@Suite("Replies of Redis")
struct RESPDecoderTests {
    private func bulk(_ text: String) -> RedisValue { .bulk(ByteBuffer(string: text)) }

    private func decode(_ text: String, _ limits: RESPLimits = RESPLimits()) throws(RESPFault) -> RedisValue? {
        var (decoder, buffer) = (RESPDecoder(limits: limits), ByteBuffer(string: text))
        return try decoder.next(from: &buffer)
    }

    private func fault(_ text: String, _ limits: RESPLimits = RESPLimits()) -> String? {
        do throws(RESPFault) {
            _ = try decode(text, limits)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("every type of both versions is read")
    func types() throws {
        let table: [(String, RedisValue)] = [
            ("+OK\r\n", .simple(ByteBuffer(string: "OK"))),
            ("+\r\n", .simple(ByteBuffer())),
            ("-ERR no\r\n", .error(RedisRefusal(code: "ERR", message: "no"))),
            ("-NOSCRIPT\r\n", .error(RedisRefusal(code: "NOSCRIPT", message: ""))),
            ("-Protocol error\r\n", .error(RedisRefusal(code: "ERR", message: "Protocol error"))),
            ("!8\r\nERR a\r\nb\r\n", .error(RedisRefusal(code: "ERR", message: "a\r\nb"))),
            (":-42\r\n", .integer(-42)), (":+7\r\n", .integer(7)),
            (":9223372036854775807\r\n", .integer(.max)), (":-9223372036854775808\r\n", .integer(.min)),
            ("$0\r\n\r\n", bulk("")), ("$2\r\n\r\n\r\n", bulk("\r\n")),
            ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
            ("#t\r\n", .boolean(true)), ("#f\r\n", .boolean(false)),
            (",1.5\r\n", .double(1.5)), (",-inf\r\n", .double(-.infinity)), (",10\r\n", .double(10)),
            ("(12345678901234567890\r\n", .bigNumber(ByteBuffer(string: "12345678901234567890"))),
            ("=7\r\ntxt:abc\r\n", .verbatim(format: "txt", ByteBuffer(string: "abc"))),
            ("*0\r\n", .array([])), ("%0\r\n", .map([])), ("~0\r\n", .set([])), (">0\r\n", .push([])),
            ("*2\r\n:1\r\n*1\r\n$1\r\na\r\n", .array([.integer(1), .array([bulk("a")])])),
            ("%1\r\n+k\r\n:1\r\n", .map([.simple(ByteBuffer(string: "k")), .integer(1)])),
            ("~1\r\n_\r\n", .set([.null])), (">1\r\n#t\r\n", .push([.boolean(true)])),
            ("|1\r\n+a\r\n:1\r\n:2\r\n", .integer(2)),
            ("*2\r\n:1\r\n|1\r\n+a\r\n*1\r\n:9\r\n:2\r\n", .array([.integer(1), .integer(2)])),
            ("*1\r\n|0\r\n:2\r\n", .array([.integer(2)])),
        ]
        for (text, value) in table { #expect(try decode(text) == value, "\(text)") }
        guard case .double(let number) = try decode(",nan\r\n") else {
            Issue.record("nan is no double")
            return
        }
        #expect(number.isNaN)
    }

    @Test("random replies come out as they went in: whole, byte by byte, and split at random", arguments: 0..<200)
    func random(seed: UInt64) throws {
        var maker = RandomReply(random: SeededGenerator(seed: seed))
        var bytes = ByteBuffer()
        let values = (0..<20).map { _ in maker.value() }
        for value in values { maker.encode(value, to: &bytes) }
        for longest in [1, 7, 4096, Int.max] {
            var (decoder, rest, buffer) = (RESPDecoder(), bytes, ByteBuffer())
            var found: [RedisValue] = []
            while rest.readableBytes > 0 {
                let length = min(
                    rest.readableBytes, Int.random(in: 1...min(longest, rest.readableBytes), using: &maker.random))
                guard var piece = rest.readSlice(length: length) else { break }
                buffer.writeBuffer(&piece)
                while let value = try decoder.next(from: &buffer) { found.append(value) }
            }
            #expect(found == values)
            #expect(buffer.readableBytes == 0 && !decoder.isWithin)
        }
    }

    @Test("a reply that is cut short is no reply and no fault", arguments: 0..<20)
    func truncated(seed: UInt64) throws {
        var maker = RandomReply(random: SeededGenerator(seed: seed))
        maker.hasAttributes = false
        var bytes = ByteBuffer()
        maker.encode(maker.value(), to: &bytes)
        for length in 0..<bytes.readableBytes {
            var (decoder, buffer) = (RESPDecoder(), bytes.getSlice(at: 0, length: length) ?? ByteBuffer())
            #expect(try decoder.next(from: &buffer) == nil)
        }
    }

    @Test("changed and random bytes end in a value, a fault or a wait, never otherwise", arguments: 0..<300)
    func garbage(seed: UInt64) {
        var maker = RandomReply(random: SeededGenerator(seed: seed))
        var bytes = ByteBuffer()
        for _ in 0..<5 { maker.encode(maker.value(), to: &bytes) }
        var changed = Array(bytes.readableBytesView)
        for _ in 0..<Int.random(in: 1...10, using: &maker.random) where !changed.isEmpty {
            let place = Int.random(in: 0..<changed.count, using: &maker.random)
            changed[place] = ("$*%~>|=!:,(_#\r\n-0123456789".utf8 + [0, 255]).randomElement(using: &maker.random) ?? 0
        }
        let limits = RESPLimits(depth: 8, count: 10_000, bytes: 100_000)
        var (decoder, buffer) = (RESPDecoder(limits: limits), ByteBuffer(bytes: changed))
        var values = 0
        do throws(RESPFault) {
            while try decoder.next(from: &buffer) != nil { values += 1 }
            #expect(values <= changed.count)
        } catch {
            #expect(!error.reason.isEmpty)
        }
    }

    @Test("bytes that begin no reply are told at once, and whose they may be")
    func strangers() {
        #expect(fault("HTTP/1.1 400 Bad Request\r\n") == "an HTTP server answers there")
        #expect(fault("SSH-2.0-OpenSSH\r\n") == "an SSH server answers there")
        #expect(fault("\u{15}\u{03}\u{01}")?.contains("rediss://") == true)
        #expect(fault("\u{00}") == "byte 0x0 begins no reply")
        #expect(fault("H") == "byte 0x48 begins no reply")
    }

    @Test(
        "malformed replies are faults",
        arguments: [
            ":\r\n", ":1x\r\n", ":9223372036854775808\r\n", ":1\rx", "$x\r\n", "$-2\r\n", "!-1\r\n", "=-1\r\n",
            "=3\r\ntxt\r\n",
            "=5\r\ntxt-a\r\n", "$1\r\nabc", "*-2\r\n", "%-1\r\n", "#x\r\n", "#\r\n", "#tt\r\n", "_x\r\n", ",\r\n",
            ",0x10\r\n", ",1e\r\n", "(\r\n", "(1a\r\n", "*1\r\n>1\r\n:1\r\n", "$?\r\n", "*9999999999999999999\r\n",
            "%9223372036854775807\r\n",
        ])
    func malformed(text: String) {
        #expect(fault(text) != nil)
    }

    @Test("limits on depth, count and size are kept to the element, before anything is gathered")
    func limits() throws {
        let limits = RESPLimits(depth: 3, count: 5, bytes: 100)
        #expect(try decode("*1\r\n*1\r\n*1\r\n:1\r\n", limits) != nil)
        #expect(fault("*1\r\n*1\r\n*1\r\n*1\r\n", limits)?.contains("deeper than 3") == true)
        #expect(try decode("*5\r\n" + String(repeating: ":1\r\n", count: 5), limits) != nil)
        #expect(fault("*6\r\n", limits)?.contains("more than 5") == true)
        #expect(fault("*3\r\n*3\r\n", limits)?.contains("more than 5") == true)
        #expect(fault("%3\r\n", limits)?.contains("more than 5") == true)
        #expect(try decode("$93\r\n" + String(repeating: "x", count: 93) + "\r\n", limits) != nil)
        #expect(fault("$94\r\n", limits)?.contains("larger than 100") == true)
        #expect(fault("$5368709120\r\n")?.contains("larger") == true)
        #expect(
            fault("*2\r\n$60\r\n" + String(repeating: "x", count: 60) + "\r\n$40\r\n", limits)?.contains("larger")
                == true)
        #expect(fault("+" + String(repeating: "x", count: 200), limits) != nil)
        #expect(fault("+" + String(repeating: "x", count: RESPLimits.line + 1))?.contains("too long") == true)
        // Each reply has its own room.
        var (decoder, buffer) = (RESPDecoder(limits: limits), ByteBuffer())
        for _ in 0..<50 {
            buffer.writeString("*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n")
            #expect(try decoder.next(from: &buffer) != nil)
        }
    }

    @Test("a reply of 100,000 elements in 200,000 pieces is read, each element once")
    func longReply() throws {
        var (decoder, buffer) = (RESPDecoder(), ByteBuffer())
        buffer.writeString("*100000\r\n")
        var found: RedisValue?
        for index in 0..<100_000 {
            #expect(found == nil)
            buffer.writeString("$6\r\n")
            found = try decoder.next(from: &buffer)
            buffer.writeString("\(100_000 + index)\r\n")
            found = try decoder.next(from: &buffer)
            buffer.discardReadBytes()
        }
        #expect(found?.array?.count == 100_000)
    }

    @Test("numbers are read from integers and from text")
    func accessors() {
        #expect(RedisValue.integer(5).int == 5)
        #expect(bulk("-12").int == -12)
        #expect(bulk("1.5").int == nil)
        #expect(bulk("1.5").number == 1.5)
        #expect(RedisValue.integer(2).number == 2)
        #expect(RedisValue.null.int == nil)
        #expect(RedisValue.integer(1).bool == true)
        #expect(bulk("a").text == "a")
        #expect(RedisValue.array([.null]).array == [.null])
        #expect(RedisValue.integer(1).text == nil)
    }
}
