import MainspringCore
package import MainspringStore

/// A random sequence of operations from a seed, run against two empty stores whose answers must be equal.
package struct StoreSequence {
    private let first: any JobStore
    private let second: any JobStore
    private let time: ManualTime
    private let advance: @Sendable (Duration) async throws -> Void
    private var source: OperationSource
    private var names = TokenNames()
    package private(set) var operations: [StoreOperation] = []

    /// - Parameters:
    ///   - time: The one that the stores count leases with.
    ///   - advance: Moves the clock of a second store that has its own.
    package init(
        seed: UInt64, first: any JobStore, second: any JobStore, time: ManualTime,
        advancing advance: @escaping @Sendable (Duration) async throws -> Void = { _ in }
    ) {
        self.first = first
        self.second = second
        self.time = time
        self.advance = advance
        source = OperationSource(seed: seed)
    }

    /// What differed first, or nil.
    package mutating func run(steps count: Int) async throws -> String? {
        for _ in 0..<count {
            if let difference = try await step() { return difference }
        }
        // Looking at everything costs as much as ten steps, and a difference rarely heals.
        return try await compareEverything()
    }

    private mutating func step() async throws -> String? {
        let operation = source.next()
        operations.append(operation)
        if case .advance(let duration) = operation {
            time.advance(by: duration)
            try await advance(duration)
            return nil
        }
        let one = try await operation.run(on: first)
        let other = try await names.translate(operation).run(on: second)
        if case .exchanged(let mine) = one, case .exchanged(let others) = other {
            names.learn(mine.leases, as: others.leases)
        }
        source.learn(one)
        let translated = names.translate(one)
        return translated == other ? nil : "\(translated) and \(other)"
    }

    // MARK: Comparing

    private func compare<Answer: Equatable>(_ question: (any JobStore) async throws -> Answer) async throws -> String? {
        let one = try await question(first)
        let other = try await question(second)
        return one == other ? nil : "\(one) and \(other)"
    }

    private mutating func compareEverything() async throws -> String? {
        let everything = JobQuery(limit: StoreLimits.page)
        if let difference = try await compare({ try await $0.jobs(matching: everything).jobs }) { return difference }
        if let difference = try await compare({ try await $0.queues() }) { return difference }
        if let difference = try await compare({ try await $0.nodes() }) { return difference }
        if let difference = try await compare({ try await $0.lastOccurrences() }) { return difference }
        let query = JobQuery(kinds: ["scan"], states: source.states(), tags: ["t"], limit: 3)
        if let difference = try await compare({ try await $0.jobs(matching: query).jobs }) { return difference }
        for id in [source.id(), source.id()] {
            if let difference = try await compare({ try await $0.attempts(of: id) }) { return difference }
            if let difference = try await compare({ try await $0.outputs(of: id) }) { return difference }
        }
        do {
            try await StoreConformance.Case.checkWhole(first)
        } catch {
            return "\(error)"
        }
        return nil
    }
}
