import Glibc

/// Which threads the process has, whose they are, and what is odd about them.
public struct ThreadCensus: Sendable, Equatable {
    public struct Thread: Sendable, Hashable {
        public var id: Int32
        /// As Linux keeps it: 15 bytes.
        public var name: String
        /// `R` runs, `S` sleeps, `D` waits for a device; see proc(5).
        public var state: Character
        public var owner: ThreadOwner
    }

    /// The most that are listed.
    public static let limit = 1024

    /// The main thread, then the others by id.
    public let threads: [Thread]
    /// Threads beyond ``limit``.
    public let omitted: Int
    /// Threads of each event-loop group, by its name.
    public let eventLoopGroups: [String: Int]
    /// One sentence for each thing that should not be.
    public let findings: [String]

    /// Reads about every thread of the process: some 20 µs for each, without stopping it.
    public static func take() -> ThreadCensus { ThreadCensus(ThreadReader.read(), process: getpid()) }

    init(_ entries: [ThreadReader.Entry], process: Int32) {
        // Ids wrap around: the main thread's need not be the lowest.
        let sorted = entries.sorted { ($0.id == process ? 0 : $0.id) < ($1.id == process ? 0 : $1.id) }
        let all = sorted.map { entry in
            Thread(
                id: entry.id, name: entry.name, state: entry.state,
                owner: entry.id == process ? .main : ThreadOwner(name: entry.name))
        }
        threads = Array(all.prefix(Self.limit))
        omitted = all.count - threads.count
        var groups: [String: Int] = [:]
        for case .eventLoop(let group) in all.map(\.owner) { groups[group, default: 0] += 1 }
        eventLoopGroups = groups
        let first = groups.keys.first { $0.hasPrefix("NIO-SGLTN-") } ?? groups.keys.min()
        findings = groups.keys.filter { $0 != first }.sorted().map { group in
            let count = groups[group, default: 0]
            return "a second event-loop group: \(group), \(count) thread\(count == 1 ? "" : "s"); "
                + "whatever made it could share MultiThreadedEventLoopGroup.singleton"
        }
    }
}
