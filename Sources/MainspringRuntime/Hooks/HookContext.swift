public import Logging

/// What a hook can use.
public struct HookContext: Sendable {
    public let name: String
    /// Its metadata names the hook.
    public let logger: Logger
    public let resources: Resources

    init(name: String, logger: Logger, resources: Resources) {
        self.name = name
        var logger = logger
        logger[metadataKey: "hook"] = "\(name)"
        self.logger = logger
        self.resources = resources
    }

    /// What was provided as this type; throws as ``Resources`` does.
    public subscript<Resource: Sendable>(type: Resource.Type, named name: String? = nil) -> Resource {
        get throws { try resources[type, named: name] }
    }
}
