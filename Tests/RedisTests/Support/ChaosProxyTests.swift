import Glibc
import MainspringTesting
import NIOCore
import Testing

@Suite("The proxy between a client and Redis", .timeLimit(.minutes(2)))
struct ChaosProxyTests {
    /// A client that knows nothing of Redis but PING, on a blocking socket and a thread of its own.
    private struct Client: Sendable {
        let descriptor: Int32

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard code == 0 else {
                Glibc.close(descriptor)
                throw Refused()
            }
        }

        func send(_ text: String) { _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

        /// What comes first; empty at an end in order, `reset`, or `nothing` after the milliseconds.
        func answer(within milliseconds: Int32 = 10_000) async -> String {
            let descriptor = descriptor
            return await Blocking.run {
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return "nothing" }
                var buffer = [UInt8](repeating: 0, count: 1000)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                return count < 0 ? "reset" : String(decoding: buffer.prefix(count), as: UTF8.self)
            }
        }

        func ping(within milliseconds: Int32 = 10_000) async -> String {
            send("PING\r\n")
            return await answer(within: milliseconds)
        }

        func close() { Glibc.close(descriptor) }
    }

    private struct Refused: Error {}

    @Test("hands on, cuts and mends, in all of its ways")
    func faults() async throws {
        let redis = try await TestRedis.start()
        let proxy = try await ChaosProxy.start(to: .socket(redis.socket))
        let pong = "+PONG\r\n"
        let first = try Client(port: proxy.port)
        #expect(await first.ping() == pong)

        try await proxy.set(.frozen)
        let second = try Client(port: proxy.port)
        #expect(await first.ping(within: 50) == "nothing")
        second.send("PING\r\n")
        try await proxy.set(.none)
        #expect(await first.answer() == pong)
        #expect(await second.answer() == pong)

        try await proxy.set(.delay(.milliseconds(80)))
        let clock = ContinuousClock()
        let start = clock.now
        #expect(await first.ping() == pong)
        #expect(clock.now - start >= .milliseconds(160))

        // 6 bytes there and 7 back.
        try await proxy.set(.throttle(bytesPerSecond: 100))
        let slow = clock.now
        #expect(await first.ping() == pong)
        #expect(clock.now - slow >= .milliseconds(130))

        try await proxy.set(.answersLost)
        first.send("SET kept 1\r\n")
        #expect(await first.answer(within: 50) == "nothing")
        while try await redis.cli("EXISTS", "kept") == "0" {}
        try await proxy.set(.none)
        #expect(await first.answer() == "reset")
        #expect(await second.ping() == pong)

        try await proxy.set(.halfOpen)
        #expect(await second.ping(within: 50) == "nothing")
        try await proxy.set(.none)
        #expect(await second.ping(within: 50) == "nothing")
        let third = try Client(port: proxy.port)
        #expect(await third.ping() == pong)

        try await proxy.set(.reset)
        #expect(await third.answer() == "reset")
        #expect(await second.answer() == "reset")
        try await proxy.set(.none)
        let fourth = try Client(port: proxy.port)
        #expect(await fourth.ping() == pong)
        try await proxy.set(.closed)
        #expect(await fourth.answer() == "")
        try await proxy.set(.refused)
        #expect(throws: Refused.self) { try Client(port: proxy.port) }
        try await proxy.set(.none)
        let last = try Client(port: proxy.port)
        #expect(await last.ping() == pong)
        try await proxy.close()
        for client in [first, second, third, fourth, last] { client.close() }
    }

    @Test("resets connections after as many bytes as the seed says, and the same ones again")
    func flaky() async throws {
        let redis = try await TestRedis.start()
        var runs: [[Int]] = []
        for _ in 0..<2 {
            let proxy = try await ChaosProxy.start(to: .socket(redis.socket))
            try await proxy.set(.flaky(seed: 7, bytes: 200))
            var answered: [Int] = []
            for _ in 0..<8 {
                let client = try Client(port: proxy.port)
                var count = 0
                while await client.ping() == "+PONG\r\n" { count += 1 }
                answered.append(count)
                client.close()
            }
            try await proxy.close()
            runs.append(answered)
        }
        #expect(runs[0] == runs[1])
        #expect(Set(runs[0]).count > 3)
    }
}
