public import MainspringRuntime

/// Where services are declared: the application itself, or one of its groups.
///
/// Names are unique in the whole application, its configuration file included. What is declared once the node has started
/// is not started: an error is logged. ``MainspringApplication/services`` takes children that come and go.
public protocol ServiceScope: Sendable {
    var children: DeclaredChildren { get }
}

extension ServiceScope {
    /// Declares a service: a closure that runs until it is stopped, and is started again by its policy when it ends.
    ///
    /// It starts once all of `dependsOn` are ready, siblings in code or in the file. When it is to stop it is told
    /// (``ServiceContext/untilStopping()``), cancelled after `stop.drain`, at once by default, and given up on and named
    /// after `stop.timeout`.
    public func service(
        _ name: String, restart: ChildSpec.Restart = .always, backoff: RestartBackoff = RestartBackoff(),
        ready: Readiness.Check = .started, readyWithin: Duration = .seconds(30), dependsOn: [String] = [],
        stop: StopPolicy = StopPolicy(), silence: Duration? = nil, maxZombies: Int = 1, file: String = #fileID,
        line: Int = #line, body: @escaping ServiceBody
    ) {
        let spec = ChildSpec(
            name: name, kind: .service, restart: restart, backoff: backoff,
            readiness: Readiness(check: ready, within: readyWithin), dependsOn: dependsOn, stop: stop,
            silence: silence, maxZombies: maxZombies, site: SourceSite(file: file, line: line))
        children.declare(DeclaredChild(spec) { $0.child(spec, body: body) })
    }

    /// Declares a loop: a closure that is called again and again. A turn that fails or is too long is a warning and
    /// degrades the loop; only `maxFailures` in a row end it, for its restart policy.
    ///
    /// Defaults are those of ``LoopSpec``.
    public func loop(
        _ name: String, every: Duration, pacing: LoopSpec.Pacing = .fixedRate, overlap: LoopSpec.Overlap = .skip,
        jitter: Duration = .zero, first: LoopSpec.First = .now, timeout: Duration? = nil, maxFailures: Int? = nil,
        restart: ChildSpec.Restart = .always, backoff: RestartBackoff = RestartBackoff(), dependsOn: [String] = [],
        stop: StopPolicy = StopPolicy(), silence: Duration? = nil, file: String = #fileID, line: Int = #line,
        body: @escaping LoopSource.Body
    ) {
        let spec = ChildSpec(
            name: name, kind: .loop, restart: restart, backoff: backoff, dependsOn: dependsOn, stop: stop,
            silence: silence, site: SourceSite(file: file, line: line))
        let loop = LoopSpec(
            every: every, pacing: pacing, overlap: overlap, jitter: jitter, first: first, timeout: timeout,
            maxFailures: maxFailures)
        children.declare(DeclaredChild(spec, every: every) { $0.child(spec, loop: loop, body: body) })
    }

    /// Declares a group: services with a policy of their own, which start and stop as one child. It may be empty, for
    /// children that come and go.
    public func group(
        _ name: String, _ policy: SupervisionPolicy = SupervisionPolicy(), backoff: RestartBackoff = RestartBackoff(),
        dependsOn: [String] = [], file: String = #fileID, line: Int = #line,
        _ declare: (ServiceGroupScope) throws -> Void
    ) rethrows {
        let group = ServiceGroupScope()
        try declare(group)
        let members = group.children.close()
        let site = SourceSite(file: file, line: line)
        children.declare(
            DeclaredChild(group: name, site: site, members: members) { context in
                context.group(
                    name, policy: policy, dependsOn: dependsOn, backoff: backoff, site: site,
                    children: members.map { $0.make(context) })
            })
    }
}

/// A group while its services are declared.
public final class ServiceGroupScope: ServiceScope {
    public let children = DeclaredChildren()
}
