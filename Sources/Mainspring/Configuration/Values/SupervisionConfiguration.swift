public import MainspringRuntime

/// The tree in which services and loops are supervised: a root, and the groups below it.
public struct SupervisionConfiguration: Sendable, Equatable {
    /// The root's.
    public var policy: SupervisionPolicy
    /// What stands directly below the root, groups among them: each after what it depends on, otherwise by name.
    public var root: [SupervisedMember]
    /// By name.
    public var groups: [GroupConfiguration]
}

/// Services and loops with a policy of their own.
public struct GroupConfiguration: Sendable, Equatable {
    /// Unique among services, loops and groups.
    public var name: String
    public var policy: SupervisionPolicy
    /// For restarts of the whole group, when it has escalated.
    public var backoff: RestartBackoff
    /// Never empty; in start order: as declared, but for `rest-for-one` each after what it depends on.
    public var members: [SupervisedMember]
}

/// A child in its place in the tree.
public struct SupervisedMember: Sendable, Hashable {
    /// `command` for a service, `loop` or `group`.
    public var kind: ChildKind
    public var name: String
    /// Siblings. What it depends on elsewhere has become a dependency of the group that holds it, or on the group that
    /// holds that.
    public var dependsOn: [String]
}
