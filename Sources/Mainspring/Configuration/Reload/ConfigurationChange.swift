public import Logging
public import MainspringRuntime

/// START HERE for a reload: what differs between the configuration that runs and one that was newly read, and what of it
/// a running node can take over.
///
/// Services, loops, groups and the log's level can be; everything else needs a restart, and goes on as it was.
public struct ConfigurationChange: Sendable, Equatable {
    /// Names of one kind of child, each sorted.
    public struct Names: Sendable, Equatable {
        public var added: [String] = []
        public var removed: [String] = []
        /// To be stopped, and started as the new configuration says.
        public var changed: [String] = []
    }

    /// In the order of the reference.
    public let entries: [ConfigurationChangeEntry]
    public let services: Names
    public let loops: Names
    /// A group is changed when its policy is, or what it depends on.
    public let groups: Names
    /// What is to be stopped and removed, in this order, before anything starts; a group with all its members. Of a
    /// rest-for-one supervisor these are the first that differs and all after it, as their order counts.
    public let stops: [SupervisedPath]
    /// What is to be added and started, in this order; a group with all its members.
    public let starts: [SupervisedPath]
    /// Nil when it stays.
    public let logLevel: Logger.Level?
    /// What runs once the change is applied: the next reload starts from it, so that what still needs a restart is told again.
    public let result: Configuration

    public init(from old: Configuration, to new: Configuration) {
        result = old.taking(from: new)
        entries = ConfigurationDifference.entries(from: old, to: new)
        let tree = SupervisionChange(from: old, to: new)
        services = tree.names[.command] ?? Names()
        loops = tree.names[.loop] ?? Names()
        groups = tree.names[.group] ?? Names()
        stops = tree.stops
        starts = tree.starts
        logLevel = new.log.level == old.log.level ? nil : new.log.level
    }

    /// The two mean the same.
    public var isEmpty: Bool { entries.isEmpty }

    public var applied: [ConfigurationChangeEntry] { entries.filter { $0.effect == .applied } }

    public var needsRestart: [ConfigurationChangeEntry] { entries.filter { $0.effect == .needsRestart } }

    /// For a person: one line for each difference, without secrets.
    public var lines: [String] { isEmpty ? ["nothing has changed"] : entries.map(\.description) }
}

/// One difference between two configurations.
public struct ConfigurationChangeEntry: Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        case added = "+"
        case removed = "-"
        case changed = "~"
    }

    public enum Effect: String, Sendable, Hashable {
        case applied
        case needsRestart = "needs a restart"
    }

    public var kind: Kind
    /// The key's path, for instance `services.feed.exec`, or that of a whole block.
    public var key: String
    /// The old value and the new one as `config show` prints them; empty for a block, and where a secret is.
    public var detail: String
    public var effect: Effect

    /// `~ services.feed.restart: always → never (applied)`
    public var description: String {
        "\(kind.rawValue) \(key)\(detail.isEmpty ? "" : ": \(detail)") (\(effect.rawValue))"
    }
}

/// A child's place below the root.
public struct SupervisedPath: Sendable, Hashable, CustomStringConvertible {
    /// Nil: directly below the root.
    public var group: String?
    public var kind: ChildKind
    public var name: String

    /// `workers/feed`
    public var description: String { (group.map { "\($0)/" } ?? "") + name }
}
