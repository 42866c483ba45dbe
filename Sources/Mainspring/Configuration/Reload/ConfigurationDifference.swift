import MainspringCore
import MainspringRuntime

/// Finds what differs between two effective configurations, key by key.
struct ConfigurationDifference {
    private static let longestValue = 120
    /// Below these a running node takes over what changed; of `supervision` the groups only.
    private static let applied: Set<String> = ["services", "loops", "supervision.groups", "log.level"]

    private var entries: [ConfigurationChangeEntry] = []
    private let old: Configuration
    private let new: Configuration

    private init(from old: Configuration, to new: Configuration) {
        self.old = old
        self.new = new
    }

    static func entries(from old: Configuration, to new: Configuration) -> [ConfigurationChangeEntry] {
        var difference = ConfigurationDifference(from: old, to: new)
        difference.compare(old.effective, new.effective, path: [], effect: .needsRestart)
        return difference.entries
    }

    private mutating func compare(
        _ before: ConfigNode?, _ after: ConfigNode?, path: [String], effect: ConfigurationChangeEntry.Effect
    ) {
        let key = path.joined(separator: ".")
        let effect = Self.applied.contains(key) ? .applied : effect
        // The same value in other words (`60s`, `1m`) is no difference, and an environment file shows in the values only.
        if let same = isSame(path), same { return }
        let count = entries.count
        switch (before?.members, after?.members) {
        case (let old?, let new?):
            var names = old.map(\.name)
            names += new.map(\.name).filter { before?[$0] == nil }
            for name in names { compare(before?[name], after?[name], path: path + [name], effect: effect) }
            if path.count == 2, isSame(path) == false, entries.count == count {
                add(.changed, key, "the content of its env_file changed", effect)
            }
        default:
            guard before?.value != after?.value else { return }
            add(before, after, key, effect)
        }
    }

    private mutating func add(
        _ before: ConfigNode?, _ after: ConfigNode?, _ key: String, _ effect: ConfigurationChangeEntry.Effect
    ) {
        let old = before.map(Self.shown) ?? ""
        let new = after.map(Self.shown) ?? ""
        switch (before, after) {
        case (nil, _): add(.added, key, new, effect)
        case (_, nil): add(.removed, key, old, effect)
        default: add(.changed, key, old == new ? "changed, and not shown" : "\(old) → \(new)", effect)
        }
    }

    private mutating func add(
        _ kind: ConfigurationChangeEntry.Kind, _ key: String, _ detail: String,
        _ effect: ConfigurationChangeEntry.Effect
    ) {
        entries.append(ConfigurationChangeEntry(kind: kind, key: key.printable, detail: detail, effect: effect))
    }

    private static func shown(_ node: ConfigNode) -> String {
        // What is in a new block is in the file.
        if node.members != nil { return "" }
        let text = ShownValue.text(of: node).printable
        return text.count > longestValue ? text.prefix(longestValue) + "…" : text
    }

    /// Whether two blocks come to the same; nil where the keys have to tell.
    private func isSame(_ path: [String]) -> Bool? {
        switch (path.first, path.count) {
        case ("store", 1): old.store == new.store
        case ("http", 1): old.http == new.http
        case ("shutdown", 1): old.shutdown == new.shutdown
        case ("log", 1): old.log == new.log
        case ("retention", 1): old.retention == new.retention
        case ("queues", 2): both(old.queues[path[1]], new.queues[path[1]])
        case ("jobs", 2): both(old.jobs[path[1]], new.jobs[path[1]])
        case ("schedules", 2): both(old.schedules[path[1]], new.schedules[path[1]])
        case ("services", 2):
            both(old.services.first { $0.name == path[1] }, new.services.first { $0.name == path[1] })
        case ("loops", 2): both(old.loops.first { $0.name == path[1] }, new.loops.first { $0.name == path[1] })
        default: nil
        }
    }

    private func both<Item: Equatable>(_ old: Item?, _ new: Item?) -> Bool? {
        guard let old, let new else { return nil }
        return old == new
    }
}

extension ConfigNode {
    /// The content without its places.
    fileprivate indirect enum PlainValue: Equatable {
        case scalar(String, isNull: Bool)
        case list([PlainValue])
        case map([String: PlainValue])
    }

    fileprivate var value: PlainValue {
        switch content {
        case .scalar(let text, _): .scalar(text, isNull: isNull)
        case .list(let items): .list(items.map(\.value))
        case .map(let members): .map(Dictionary(members.map { ($0.name, $0.value.value) }, uniquingKeysWith: { $1 }))
        }
    }
}
