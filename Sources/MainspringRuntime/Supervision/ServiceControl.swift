/// The one way in which surfaces look at supervised children and change them.
public protocol ServiceControl: Sendable {
    /// The top level in start order, each with what is below it.
    func tree() -> [ChildStatus]

    /// Takes effect at once, or as soon as what is under way allows it; returns before that.
    ///
    /// Throws `not_found` with the nearest name, and `draining` when the node stops.
    func perform(_ command: ServiceCommand, on name: String) throws

    /// The last lines of both outputs, oldest first; at most `lines`. Throws `not_found`.
    func logTail(of name: String, lines: Int) throws -> [String]
}

/// What a person or a program may do to a child that is declared.
public enum ServiceCommand: String, Sendable, Hashable, CaseIterable {
    /// Starts one that has ended or was stopped, without waiting for its backoff; nothing happens to one that runs.
    case start
    /// Stops it by its stop policy; it stays stopped until it is started.
    case stop
    /// Stops it if it runs, and starts it again without a backoff.
    case restart
}

extension ServiceControl {
    /// Everything that is not a group, in start order; a group only while it does not run.
    public func services() -> [ChildStatus] { Self.leaves(tree()) }

    private static func leaves(_ nodes: [ChildStatus]) -> [ChildStatus] {
        nodes.flatMap { $0.kind == .group && !$0.children.isEmpty ? leaves($0.children) : [$0] }
    }
}
