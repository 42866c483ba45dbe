import MainspringTesting

/// One kind of outage that meets nodes in one state of their failover store.
struct OutageCell: Sendable, CustomStringConvertible {
    enum State: String, CaseIterable, Sendable {
        case primary, spooling, draining
    }

    struct Result: Sendable {
        var tally: ChaosTally
        /// From the end of the outage until all nodes ran a job, in milliseconds.
        var busyAfter: Int
    }

    let outage: Outage
    let state: State

    var description: String { "\(outage), while \(state)" }

    static let all = Outage.allCases.flatMap { outage in State.allCases.map { OutageCell(outage: outage, state: $0) } }

    func run() async throws -> Result {
        let world = try await ChaosWorld.start(rate: 100)
        let clock = ContinuousClock()
        let memory = Outage.Memory(copy: try world.redis.copyData())
        try await reach(world)
        try await outage.begin(world)
        // The outage itself: real servers, real timeouts.
        try await clock.sleep(for: .milliseconds(1200))
        try await outage.end(world, memory)
        let back = ChaosWorld.now()
        try await world.until("all nodes are busy") {
            world.nodes.allSatisfy { $0.ledger.firstRun(after: back) != nil }
        }
        let busy = world.nodes.compactMap { $0.ledger.firstRun(after: back) }.max() ?? back
        try await world.settle()
        return Result(tally: try await ChaosTally.of(world), busyAfter: (busy - back) / 1000)
    }

    private func reach(_ world: ChaosWorld) async throws {
        switch state {
        case .primary: break
        case .spooling: try await away(world, spooled: 20)
        case .draining:
            try await away(world, spooled: 150)
            // So slow that it takes a while.
            try await world.proxy.set(.throttle(bytesPerSecond: 60_000))
            try await world.until("a node drains") { world.nodes.contains { $0.ledger.state == "draining" } }
        }
    }

    private func away(_ world: ChaosWorld, spooled: Int) async throws {
        try await world.proxy.set(.refused)
        try await world.until("all nodes spool") { world.all(are: "spooling") }
        let from = ChaosWorld.now()
        try await world.until("enough is spooled") {
            world.nodes.allSatisfy { $0.ledger.all("A").count { $0.at > from } >= spooled }
        }
    }
}
