import Glibc
import MainspringTesting
import NIOCore

/// Random faults for a while, from a seed.
struct ChaosRun {
    /// A fault, and what ends it; `isAway`: the server could not be used meanwhile, by anybody.
    private struct Fault {
        var name: String
        var isAway = true
        var begin: @Sendable (ChaosWorld) async throws -> Void
        var end: @Sendable (ChaosWorld) async throws -> Void = { try await $0.proxy.set(.none) }
    }

    private static func faults(_ number: Int) -> [Fault] {
        let victim = number % 3
        return [
            Fault(name: "Redis killed", begin: { await $0.redis.kill() }, end: { try await $0.redis.restart() }),
            Fault(name: "Redis stopped", begin: { $0.redis.stop() }, end: { $0.redis.proceed() }),
            Fault(name: "network cut", begin: { try await $0.proxy.set(.frozen) }),
            Fault(name: "half-open", begin: { try await $0.proxy.set(.halfOpen) }),
            Fault(name: "reset", begin: { try await $0.proxy.set(.reset) }),
            Fault(name: "refused", begin: { try await $0.proxy.set(.refused) }),
            Fault(name: "answers lost", begin: { try await $0.proxy.set(.answersLost) }),
            Fault(
                name: "connections lost at random", isAway: false,
                begin: { try await $0.proxy.set(.flaky(seed: UInt64(number), bytes: 30_000)) }),
            Fault(name: "delay", isAway: false, begin: { try await $0.proxy.set(.delay(.milliseconds(100))) }),
            Fault(
                name: "node killed", isAway: false, begin: { _ = await $0.nodes[victim].end(SIGKILL) },
                end: { try $0.nodes[victim].start() }),
            Fault(
                name: "node stopped", isAway: false, begin: { $0.nodes[victim].signal(SIGSTOP) },
                end: { $0.nodes[victim].signal(SIGCONT) }),
            Fault(
                name: "Redis and a node killed", isAway: false,
                begin: {
                    await $0.redis.kill()
                    _ = await $0.nodes[victim].end(SIGKILL)
                    try $0.nodes[victim].start()
                }, end: { try await $0.redis.restart() }),
        ]
    }

    struct Result {
        var tally: ChaosTally
        var faults = 0
        /// Milliseconds from a return of the server until all nodes ran a job, by fault.
        var busy: [(fault: String, milliseconds: Int)] = []
    }

    /// `only`: one fault again and again; nil: all of them.
    static func run(for duration: Duration, seed: UInt64, only: String? = nil) async throws -> Result {
        var random = SeededGenerator(seed: seed)
        let world = try await ChaosWorld.start(nodes: 3, rate: 40)
        let clock = ContinuousClock()
        let end = clock.now + duration
        var result = Result(tally: ChaosTally())
        while clock.now < end {
            result.faults += 1
            let faults = faults(result.faults).filter { only == nil || $0.name == only }
            guard let fault = faults.randomElement(using: &random) else { break }
            try await fault.begin(world)
            // Real processes: nothing but time makes it an outage.
            try await clock.sleep(for: .milliseconds(Int.random(in: 50...4000, using: &random)))
            try await fault.end(world)
            let back = ChaosWorld.now()
            try await world.until("all nodes are busy after '\(fault.name)', number \(result.faults)") {
                world.nodes.allSatisfy { $0.ledger.firstRun(after: back) != nil }
            }
            if fault.isAway {
                let busy = world.nodes.compactMap { $0.ledger.firstRun(after: back) }.max() ?? back
                result.busy.append((fault.name, (busy - back) / 1000))
            }
            try await clock.sleep(for: .milliseconds(Int.random(in: 100...2500, using: &random)))
        }
        try await world.settle()
        result.tally = try await ChaosTally.of(world)
        return result
    }
}
