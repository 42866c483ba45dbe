import Glibc
import MainspringTesting
import NIOCore
import Synchronization

/// How a server can be away. Between `begin` and `end` it is.
enum Outage: String, CaseIterable, Sendable, CustomStringConvertible {
    case killed
    case stopped = "stopped (SIGSTOP)"
    case halfOpen = "half-open"
    case reset = "connections reset"
    case answersLost = "answers lost"
    case slow = "slow (800 ms a round trip)"
    case flapping
    case readOnly = "read-only"
    case outOfMemory = "out of memory"
    case loading
    case restartedEmpty = "restarted empty"
    case restartedOld = "restarted with older data"
    case flushed = "FLUSHALL"
    case nodeKilled = "node killed (kill -9) and restarted"

    var description: String { rawValue }

    /// The server has afterwards what it had before.
    var keepsData: Bool { ![.restartedEmpty, .restartedOld, .flushed].contains(self) }

    /// What a run needs from before: the copy of the data.
    struct Memory: Sendable {
        var copy: TestRedis.DataCopy
    }

    func begin(_ world: ChaosWorld) async throws {
        switch self {
        case .killed, .restartedEmpty, .restartedOld: await world.redis.kill()
        case .stopped: world.redis.stop()
        case .halfOpen: try await world.proxy.set(.halfOpen)
        case .reset: try await world.proxy.set(.reset)
        case .answersLost: try await world.proxy.set(.answersLost)
        case .slow: try await world.proxy.set(.delay(.milliseconds(400)))
        case .flapping:
            // Up for as long as it is down.
            for _ in 0..<4 {
                try await world.proxy.set(.reset)
                try await ContinuousClock().sleep(for: .milliseconds(150))
                try await world.proxy.set(.none)
                try await ContinuousClock().sleep(for: .milliseconds(150))
            }
        case .readOnly: try await world.redis.cli("REPLICAOF", "127.0.0.1", "1")
        case .outOfMemory: try await world.redis.cli("CONFIG", "SET", "maxmemory", "1mb")
        case .loading: try await world.redis.restartLoading(seconds: 2)
        case .flushed: try await world.redis.flushAll()
        case .nodeKilled: _ = await world.nodes[0].end(SIGKILL)
        }
    }

    func end(_ world: ChaosWorld, _ memory: Memory) async throws {
        switch self {
        case .killed: try await world.redis.restart()
        case .restartedEmpty: try await world.redis.restartEmpty()
        case .restartedOld: try await world.redis.restart(with: memory.copy)
        case .stopped: world.redis.proceed()
        case .readOnly: try await world.redis.cli("REPLICAOF", "NO", "ONE")
        case .outOfMemory: try await world.redis.cli("CONFIG", "SET", "maxmemory", "0")
        case .loading: try await world.redis.ready()
        case .nodeKilled: try world.nodes[0].start()
        // Nodes that use the server look every two seconds.
        case .flushed:
            try await world.until("the nodes see it") {
                world.nodes.allSatisfy { node in
                    let ledger = node.ledger
                    return ledger.state != "primary"
                        || ledger.all("T").contains { $0.words.dropFirst().first == "restarted" }
                }
            }
        case .halfOpen, .reset, .answersLost, .slow, .flapping: break
        }
        try await world.proxy.set(.none)
    }
}
