import MainspringCore
import MainspringTesting
import NIOCore
import Synchronization

@testable import MainspringRedis

extension TestRedis {
    var socketEndpoint: RedisEndpoint { RedisEndpoint(.socket(socket)) }

    func portEndpoint(_ host: String = "127.0.0.1") -> RedisEndpoint {
        RedisEndpoint(.host(host, port: port ?? 0))
    }
}

/// Runs the body with a client and closes it afterwards, whatever happened. Time stands still by default: nothing is given
/// up because the machine is busy, and no connection is made again after a failed attempt.
func withClient<Value>(
    _ endpoint: RedisEndpoint, options: RedisOptions = RedisOptions(), time: any TimeSource = ManualTime(),
    _ body: (RedisClient) async throws -> Value
) async throws -> Value {
    let client = RedisClient(endpoint, options: options, time: time)
    do {
        let value = try await body(client)
        await client.close()
        return value
    } catch {
        await client.close()
        throw error
    }
}

/// The error of a call that must fail.
func failure(_ body: () async throws(RedisError) -> Void) async -> RedisError? {
    do throws(RedisError) {
        try await body()
        return nil
    } catch {
        return error
    }
}

/// Lets time pass, in steps, until the body is through.
func whilePassing<Value: Sendable>(
    _ time: ManualTime, by step: Duration = .milliseconds(500), _ body: @escaping @Sendable () async -> Value
) async -> Value {
    let end = Signal()
    let task = Task {
        defer { end.notify() }
        return await body()
    }
    while !end.isReached {
        time.advance(by: step)
        await Task.yield()
    }
    return await task.value
}

/// Keeps the news of a subscription, and lets a test wait for them.
final class NewsRecorder: Sendable {
    private struct State {
        var news: [RedisNews] = []
        var waiters: [(matches: @Sendable ([RedisNews]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var news: [RedisNews] { state.withLock { $0.news } }

    func take(_ news: RedisNews) {
        let met = state.withLock { state in
            state.news.append(news)
            let all = state.news
            let met = state.waiters.filter { $0.matches(all) }
            state.waiters.removeAll { $0.matches(all) }
            return met
        }
        for waiter in met { waiter.continuation.resume() }
    }

    @concurrent func first(_ matches: @escaping @Sendable ([RedisNews]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if matches(state.news) { return true }
                state.waiters.append((matches, continuation))
                return false
            }
            if isMet { continuation.resume() }
        }
    }

    func subscribed(_ times: Int) async {
        await first { news in news.count { $0 == .subscribed } >= times }
    }

    func message(_ text: String) async {
        await first { $0.contains(.message(Array(text.utf8))) }
    }

    func lost() async {
        await first { news in news.contains { if case .lost = $0 { true } else { false } } }
    }
}
