extension Configuration {
    /// Reads the same file again, under the same environment and flags; throws every problem at once, and then nothing is
    /// to be changed. What was read from a text is its own answer.
    public func reloaded() throws(ConfigurationErrors) -> Configuration {
        guard let source else { return self }
        return try Self.load(
            path: source.path, environment: source.environment, flags: source.flags, hostName: source.hostName,
            workingDirectory: source.workingDirectory)
    }

    /// This configuration with what a running node takes over of another: services, loops, groups and the log's level.
    func taking(from new: Configuration) -> Configuration {
        var result = self
        result.services = new.services
        result.loops = new.loops
        result.supervision = new.supervision
        result.supervision.policy = supervision.policy
        result.log.level = new.log.level
        result.warnings = new.warnings
        result.effective = effective.replacing(["services"], from: new.effective)
            .replacing(["loops"], from: new.effective)
            .replacing(["supervision", "groups"], from: new.effective)
            .replacing(["log", "level"], from: new.effective)
        return result
    }
}

extension ConfigurationErrors {
    /// For a person, when a reload was refused.
    public var reloadLines: [String] {
        let count = problems.count == 1 ? "a problem" : "\(problems.count) problems"
        return problems.map(\.description) + ["the configuration has \(count); nothing was changed"]
    }
}

extension ConfigNode {
    fileprivate func replacing(_ path: [String], from other: ConfigNode) -> ConfigNode {
        guard let name = path.first else { return other }
        guard let value = other[name], var members, let index = members.firstIndex(where: { $0.name == name }) else {
            return self
        }
        members[index].value = members[index].value.replacing(Array(path.dropFirst()), from: value)
        var node = self
        node.content = .map(members)
        return node
    }
}
