/// One supervised service: a child process, when it counts as ready, and what happens when it ends.
public struct ServiceSpec: Sendable, Equatable {
    public enum Restart: String, Sendable, Hashable, CaseIterable {
        /// The default.
        case always
        /// Only after a non-zero exit or a signal.
        case onFailure = "on-failure"
        case never
    }

    public var name: String
    public var command: CommandSpec
    public var restart: Restart
    public var backoff: RestartBackoff
    public var readiness: Readiness
    /// Services that must be ready before this one starts, and that stop after it.
    public var dependsOn: [String]
    public var stop: StopPolicy

    public init(
        name: String, command: CommandSpec, restart: Restart = .always, backoff: RestartBackoff = RestartBackoff(),
        readiness: Readiness = Readiness(), dependsOn: [String] = [], stop: StopPolicy = StopPolicy()
    ) {
        self.name = name
        self.command = command
        self.restart = restart
        self.backoff = backoff
        self.readiness = readiness
        self.dependsOn = dependsOn
        self.stop = stop
    }
}

/// The wait before a restart: doubling from `base`, never above `cap`, with full jitter above half; it starts over
/// after `resetAfter` of health.
public struct RestartBackoff: Sendable, Hashable {
    public var base: Duration
    public var cap: Duration
    public var resetAfter: Duration

    /// The defaults are 500 ms, 30 s and 60 s.
    public init(base: Duration = .milliseconds(500), cap: Duration = .seconds(30), resetAfter: Duration = .seconds(60))
    {
        self.base = base
        self.cap = cap
        self.resetAfter = resetAfter
    }
}

/// When a started service counts as ready.
public struct Readiness: Sendable, Hashable {
    public enum Check: Sendable, Hashable {
        /// As soon as it runs.
        case started
        /// A GET of this `http://` URL answers 2xx.
        case http(String)
        /// `host:port` accepts a connection.
        case tcp(host: String, port: Int)
        /// It has run this long.
        case after(Duration)
    }

    public var check: Check
    /// A service that is not ready in this time is restarted; the default is 30 s.
    public var within: Duration

    public init(check: Check = .started, within: Duration = .seconds(30)) {
        self.check = check
        self.within = within
    }
}

/// How a service is stopped.
public struct StopPolicy: Sendable, Hashable {
    public var signal: Int32
    /// KILL for the whole group after this; the default is 5 s.
    public var timeout: Duration

    /// The default signal is TERM.
    public init(signal: Int32 = 15, timeout: Duration = .seconds(5)) {
        self.signal = signal
        self.timeout = timeout
    }
}
