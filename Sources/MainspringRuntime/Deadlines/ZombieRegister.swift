public import MainspringCore
import Synchronization

/// Operations that were given up and still run, each until it ends.
///
/// Nothing can end them: a growing register is a leak, and a reason not to be ready. It has no limit, as each entry stands
/// for a task that exists anyway.
public final class ZombieRegister: Sendable {
    public struct Zombie: Sendable, Hashable {
        public let name: String
        /// Where it was given its deadline: `Module/File.swift:12`.
        public let site: String
        /// When it was given up.
        public let since: Timestamp
    }

    private struct State {
        var made = 0
        var zombies: [Int: Zombie] = [:]
    }

    private let state = Mutex(State())
    private let onChange: @Sendable () -> Void

    /// `onChange` is called after each coming and going, on any thread; it must be short.
    public init(onChange: @escaping @Sendable () -> Void = {}) {
        self.onChange = onChange
    }

    public var count: Int { state.withLock { $0.zombies.count } }

    /// How many there ever were, those that ended included.
    public var total: Int { state.withLock { $0.made } }

    /// The oldest first.
    public func list() -> [Zombie] {
        state.withLock { $0.zombies.sorted { $0.key < $1.key } }.map(\.value)
    }

    /// The number by which it leaves.
    func add(_ zombie: Zombie) -> Int {
        let number = state.withLock { state in
            state.made += 1
            state.zombies[state.made] = zombie
            return state.made
        }
        onChange()
        return number
    }

    func remove(_ number: Int) {
        state.withLock { _ = $0.zombies.removeValue(forKey: number) }
        onChange()
    }
}
