extension Supervisor {
    /// Adds a service that comes and goes: a closure that runs until it is stopped or removed. Throws as ``add(_:)`` does.
    public func add(
        _ name: String, restart: ChildSpec.Restart = .always, backoff: RestartBackoff = RestartBackoff(),
        ready: Readiness.Check = .started, readyWithin: Duration = .seconds(30), dependsOn: [String] = [],
        stop: StopPolicy = StopPolicy(), silence: Duration? = nil, file: String = #fileID, line: Int = #line,
        body: @escaping ServiceBody
    ) throws {
        let spec = ChildSpec(
            name: name, kind: .service, restart: restart, backoff: backoff,
            readiness: Readiness(check: ready, within: readyWithin), dependsOn: dependsOn, stop: stop,
            silence: silence, site: SourceSite(file: file, line: line))
        try add(context.child(spec, body: body))
    }

    /// Adds a loop that comes and goes. Throws as ``add(_:)`` does.
    public func add(
        _ name: String, _ loop: LoopSpec, restart: ChildSpec.Restart = .always,
        backoff: RestartBackoff = RestartBackoff(), dependsOn: [String] = [], stop: StopPolicy = StopPolicy(),
        file: String = #fileID, line: Int = #line, body: @escaping LoopSource.Body
    ) throws {
        let spec = ChildSpec(
            name: name, kind: .loop, restart: restart, backoff: backoff, dependsOn: dependsOn, stop: stop,
            site: SourceSite(file: file, line: line))
        try add(context.child(spec, loop: loop, body: body))
    }
}
