public import MainspringRuntime
public import ServiceLifecycle

extension ServiceScope {
    /// Declares a service of swift-service-lifecycle, such as a Hummingbird application: a stop is its graceful shutdown, it
    /// is cancelled after `stop.drain`, and given up on and named after `stop.timeout`. A restart calls its `run()` again.
    ///
    /// The default is 8 s to drain of 10 s in all.
    public func service(
        _ name: String, _ service: any Service, restart: ChildSpec.Restart = .always,
        backoff: RestartBackoff = RestartBackoff(), ready: Readiness.Check = .started,
        readyWithin: Duration = .seconds(30), dependsOn: [String] = [],
        stop: StopPolicy = StopPolicy(timeout: .seconds(10), drain: .seconds(8)), file: String = #fileID,
        line: Int = #line
    ) {
        let spec = ChildSpec(
            name: name, kind: .service, restart: restart, backoff: backoff,
            readiness: Readiness(check: ready, within: readyWithin), dependsOn: dependsOn, stop: stop,
            site: SourceSite(file: file, line: line))
        children.declare(DeclaredChild(spec) { $0.child(spec, service: service) })
    }
}
