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

        package init(name: String, site: String, since: Timestamp) {
            self.name = name
            self.site = site
            self.since = since
        }
    }

    private struct State {
        var made = 0
        var zombies: [Int: (zombie: Zombie, inParent: Int?)] = [:]
    }

    private let state = Mutex(State())
    private let parent: ZombieRegister?
    private let onChange: @Sendable (Int) -> Void

    /// What is listed here is listed in `parent` too. `onChange` is called with the count after each coming and going, on
    /// any thread; it must be short.
    public init(parent: ZombieRegister? = nil, onChange: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.parent = parent
        self.onChange = onChange
    }

    public var count: Int { state.withLock { $0.zombies.count } }

    /// How many there ever were, those that ended included.
    public var total: Int { state.withLock { $0.made } }

    /// The oldest first.
    public func list() -> [Zombie] {
        state.withLock { $0.zombies.sorted { $0.key < $1.key } }.map(\.value.zombie)
    }

    /// The number by which it leaves.
    package func add(_ zombie: Zombie) -> Int {
        let inParent = parent?.add(zombie)
        let (number, count) = state.withLock { state in
            state.made += 1
            state.zombies[state.made] = (zombie, inParent)
            return (state.made, state.zombies.count)
        }
        onChange(count)
        return number
    }

    package func remove(_ number: Int) {
        let (removed, count) = state.withLock { ($0.zombies.removeValue(forKey: number), $0.zombies.count) }
        if let inParent = removed?.inParent { parent?.remove(inParent) }
        onChange(count)
    }
}
