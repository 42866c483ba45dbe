import MainspringCore
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringRedis

/// A step is one script, so it cannot die in its middle. What can: the way there, the way back, and the server at any moment.
@Suite("A step of Redis that got no answer leaves a whole store", .serialized, .timeLimit(.minutes(5)))
struct RedisCrashTests {
    enum Point: String, Sendable, CaseIterable {
        /// The step never reached the server.
        case unsent
        /// It was carried out, and the answer was lost.
        case unanswered
        /// The server was killed right after the step was sent, and started again on its files.
        case killed
    }

    struct Death: Sendable, CustomStringConvertible {
        let verb: StoreVerb
        let point: Point
        var description: String { "\(verb) \(point)" }
    }

    static let deaths = StoreVerb.allCases.flatMap { verb in Point.allCases.map { Death(verb: verb, point: $0) } }

    private static let server = Task {
        var options = TestRedisOptions()
        options.appendOnly = .always
        return try await TestRedis.start(options)
    }

    @Test("at every point of every step, and the caller's second attempt mends it", arguments: deaths)
    func death(_ death: Death) async throws {
        let redis = try await Self.server.value
        let endpoint = RedisEndpoint(.socket(redis.socket))
        var store = try await StoreKit.store(StoreKit.namespace(), at: endpoint)
        var scene = try await CrashScene(store)
        switch death.point {
        case .unsent, .unanswered:
            let proxy = try await ChaosProxy.start(to: .socket(redis.socket))
            let doomed = Self.store(store.namespace, port: proxy.port)
            // Its scripts are known, so that the step itself is what is cut.
            _ = try await doomed.queues()
            try await scene.run(death.verb, on: doomed, isRehearsal: true)
            let before = try await scene.image()
            try await proxy.set(death.point == .unsent ? .refused : .answersLost)
            await #expect(throws: MainspringError.self) { try await scene.run(death.verb, on: doomed) }
            if death.point == .unsent { #expect(try await scene.image() == before) }
            try await proxy.close()
            try await doomed.close()
        case .killed:
            let step = Task { [scene, store] in try? await scene.run(death.verb, on: store) }
            await redis.kill()
            await step.value
            try await store.close()
            try await redis.restart()
            store = try await StoreKit.store(store.namespace, at: endpoint)
            scene.store = store
        }
        #expect(try await store.leaks() == [])
        try await StoreConformance.Case.checkWhole(store)
        try await scene.run(death.verb, on: store)
        #expect(try await store.leaks() == [])
        try await StoreConformance.Case.checkWhole(store)
        try await scene.checkResult(of: death.verb)
        try await scene.checkEnd()
        try await store.clear()
        try await store.close()
    }

    private static func store(_ namespace: String, port: Int) -> RedisJobStore {
        var options = StoreKit.options
        options.answerWithin = .milliseconds(400)
        return RedisJobStore(
            RedisEndpoint(.host("127.0.0.1", port: port)), namespace: namespace, time: SystemTime(), options: options)
    }
}
