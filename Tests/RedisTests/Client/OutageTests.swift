import MainspringCore
import MainspringRuntime
import MainspringTesting
import NIOCore
import Synchronization
import Testing

@testable import MainspringRedis

private final class Ends: Sendable {
    let counts = Mutex((answered: 0, unanswered: 0, other: 0))
}

@Suite("Redis goes away")
struct OutageTests {
    private var single: RedisOptions {
        var options = RedisOptions()
        options.connections = 1
        return options
    }

    @Test("a server that is killed with commands in flight: each of them is unanswered, later ones are unreachable")
    func killed() async throws {
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint, options: single, time: ManualTime()) { client async throws in
            _ = try await client.call(RedisCommand("PING"))
            redis.stop()
            let ends = await withTaskGroup(of: RedisError?.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                    }
                }
                group.addTask {
                    await failure { () throws(RedisError) in
                        _ = try await client.call(Array(repeating: RedisCommand("PING"), count: 100))
                    }
                }
                // They are sent, as nothing holds them back: the kernel takes them for the server.
                while await client.inFlight() < 1100 { await Task.yield() }
                await redis.kill()
                var ends: [RedisError?] = []
                for await end in group { ends.append(end) }
                return ends
            }
            #expect(ends.count == 1001)
            for end in ends {
                guard case .unanswered? = end else {
                    Issue.record("\(String(describing: end))")
                    return
                }
            }
            let later = await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
            guard case .unreachable? = later else {
                Issue.record("\(String(describing: later))")
                return
            }
        }
    }

    @Test("a server that stands still: what is in flight is unanswered at the deadline, and the connection is given up")
    func stopped() async throws {
        let time = ManualTime()
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint, options: single, time: time) { client async throws in
            _ = try await client.call(RedisCommand("PING"))
            redis.stop()
            let error = await whilePassing(time) {
                await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
            }
            #expect(error == .unanswered("no answer within 2s"))
            redis.proceed()
            // Late answers on the old connection are nobody's.
            var isBack = false
            while !isBack {
                time.advance(by: .milliseconds(50))
                isBack = (try? await client.call(RedisCommand("ECHO", "new")))?.text == "new"
            }
        }
    }

    @Test("a cancelled task gets its answer all the same")
    func cancelled() async throws {
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint, options: single, time: ManualTime()) { client async throws in
            _ = try await client.call(RedisCommand("PING"))
            redis.stop()
            let task = Task { () throws(RedisError) in try await client.call(RedisCommand("INCR", "n")) }
            while await client.inFlight() < 1 { await Task.yield() }
            task.cancel()
            redis.proceed()
            #expect(try await task.value.int == 1)
        }
    }

    @Test("a close ends what waits and what is in flight, and says which is which")
    func closed() async throws {
        let redis = try await TestRedis.start()
        var options = single
        options.maxInFlight = 8
        let client = RedisClient(redis.socketEndpoint, options: options, time: ManualTime())
        _ = try await client.call(RedisCommand("PING"))
        redis.stop()
        let ends = await withTaskGroup(of: RedisError?.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                }
            }
            while await client.inFlight() < 8 { await Task.yield() }
            while await client.outstanding() < 100 { await Task.yield() }
            await client.close()
            var ends: [RedisError?] = []
            for await end in group { ends.append(end) }
            return ends
        }
        #expect(ends.count { $0 == .unanswered("the client was closed") } == 8)
        #expect(ends.count { $0 == .closed } == 92)
    }

    @Test("no more than allowed is in flight, and no more than allowed waits")
    func bounds() async throws {
        let redis = try await TestRedis.start()
        var options = single
        options.maxInFlight = 8
        options.maxWaiting = 20
        try await withClient(redis.socketEndpoint, options: options, time: ManualTime()) { client async throws in
            _ = try await client.call(RedisCommand("PING"))
            redis.stop()
            let ends = await withTaskGroup(of: RedisError?.self) { group in
                for index in 0..<28 {
                    group.addTask {
                        await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                    }
                    // One after the other, as those that wait to be sent count too.
                    while await client.inFlight() < min(index + 1, 8) { await Task.yield() }
                    while await client.outstanding() < index + 1 { await Task.yield() }
                }
                #expect(await client.inFlight() == 8)
                let refused = await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                #expect(refused == .busy)
                redis.proceed()
                var ends: [RedisError?] = []
                for await end in group { ends.append(end) }
                return ends
            }
            #expect(ends.allSatisfy { $0 == nil })
        }
    }

    @Test("a server that reads nothing is sent a bounded number of bytes; the rest waits, up to its bound")
    func bytes() async throws {
        let redis = try await TestRedis.start()
        var options = single
        options.maxWaitingBytes = 16 << 20
        let client = RedisClient(redis.socketEndpoint, options: options, time: ManualTime())
        _ = try await client.call(RedisCommand("PING"))
        redis.stop()
        let (sent, ends) = await withTaskGroup(of: RedisError?.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    var command = RedisCommand("ECHO", reserving: 1 << 20)
                    command.append([UInt8](repeating: 0, count: 1 << 20))
                    return await failure { [command] () throws(RedisError) in _ = try await client.call(command) }
                }
            }
            // Those that find no room are told at once.
            var ends: [RedisError?] = []
            while ends.count < 64 - 24, let end = await group.next() { ends.append(end) }
            let sent = await client.inFlight()
            await client.close()
            for await end in group { ends.append(end) }
            return (sent, ends)
        }
        #expect(sent <= 8 && ends.count { $0 == .busy } >= 40)
        #expect(ends.count == 64 && ends.allSatisfy { $0 != nil })
    }

    @Test("connections that come and go: nothing is sent twice, and every call ends")
    func churn() async throws {
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint, time: SystemTime()) { client async throws in
            let ends = Ends()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        for _ in 0..<200 {
                            let error = await failure { () throws(RedisError) in
                                _ = try await client.call(RedisCommand("INCR", "n"))
                            }
                            ends.counts.withLock { counts in
                                switch error {
                                case nil: counts.answered += 1
                                case .unanswered?: counts.unanswered += 1
                                case .unreachable?: counts.other += 1
                                default: Issue.record("\(String(describing: error))")
                                }
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<20 { _ = try? await redis.cli("CLIENT", "KILL", "TYPE", "normal") }
                }
            }
            let (answered, unanswered, other) = ends.counts.withLock { $0 }
            #expect(answered + unanswered + other == 4000)
            let written = Int(try await redis.cli("GET", "n")) ?? 0
            #expect(written >= answered && written <= answered + unanswered)
        }
    }

    @Test("an idle subscription asks whether the server is there, and one that is not is told and made again")
    func heartbeat() async throws {
        let time = ManualTime()
        let isMute = Mutex(false)
        let questions = Mutex(0)
        let script: FakeServer.Script = { heard in
            if heard.contains("SUBSCRIBE") { return .bytes(">3\r\n+subscribe\r\n+news\r\n:1\r\n") }
            questions.withLock { $0 += 1 }
            return isMute.withLock { $0 } ? .silence : .bytes("+PONG\r\n")
        }
        try await withServer(FakeServer.redis(script)) { server async throws in
            let recorder = NewsRecorder()
            try await withClient(server.endpoint, time: time) { client async throws in
                client.subscribe("news") { recorder.take($0) }
                await recorder.subscribed(1)
                // A minute of answered questions, and it is still the first subscription.
                for number in 1...20 {
                    time.advance(by: .seconds(3))
                    while questions.withLock({ $0 }) < number { await Task.yield() }
                    while await client.inFlight() > 0 { await Task.yield() }
                }
                #expect(recorder.news == [.subscribed])
                isMute.withLock { $0 = true }
                await whilePassing(time) { await recorder.lost() }
                isMute.withLock { $0 = false }
                await whilePassing(time, by: .milliseconds(10)) { await recorder.subscribed(2) }
            }
            // Whichever comes first, its deadline or another that is logged in.
            guard recorder.news.count == 3, case .lost(.unanswered) = recorder.news[1] else {
                return #expect(Bool(false), "\(recorder.news)")
            }
            #expect(recorder.news[0] == .subscribed && recorder.news[2] == .subscribed)
        }
    }

    @Test("all are back within a second of the server's return", .timeLimit(.minutes(1)))
    func back() async throws {
        let redis = try await TestRedis.start()
        let time = SystemTime()
        try await withClient(redis.socketEndpoint, time: time) { client async throws in
            let recorder = NewsRecorder()
            client.subscribe("news") { recorder.take($0) }
            await recorder.subscribed(1)
            _ = try await client.call([RedisCommand("PING"), RedisCommand("PING")])
            await redis.kill()
            await recorder.lost()
            for _ in 0..<50 { _ = try? await client.call(RedisCommand("PING")) }
            try await redis.restart()
            let start = time.monotonic()
            await recorder.subscribed(2)
            var isBack = false
            while !isBack { isBack = (try? await client.call(RedisCommand("PING"))) != nil }
            #expect(time.monotonic() - start < .seconds(1))
        }
    }
}
