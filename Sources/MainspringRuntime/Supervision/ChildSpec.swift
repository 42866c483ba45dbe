/// What a supervisor knows of a child beforehand: when it starts, when it is ready, what follows its end, and how it is
/// stopped.
public struct ChildSpec: Sendable, Equatable {
    /// What becomes of a child that ended. OTP calls these permanent, transient and temporary.
    public enum Restart: String, Sendable, Hashable, CaseIterable {
        /// The default.
        case always
        /// Only after an end that was no success.
        case onFailure = "on-failure"
        /// Not even when its siblings are restarted with the one that failed; they do not wait for it then.
        case never
    }

    /// Unique within its supervisor.
    public var name: String
    public var kind: ChildKind
    public var restart: Restart
    public var backoff: RestartBackoff
    public var readiness: Readiness
    /// Siblings that must be ready before this one starts, and that stop after it.
    public var dependsOn: [String]
    public var stop: StopPolicy
    /// The longest time between two heartbeats; nil: none are expected. A child that is silent for longer is degraded,
    /// and restarted when it has been silent for twice as long.
    public var silence: Duration?
    /// With more operations than this that were given up and still run, a Swift child is stopped and restarted; with any, it
    /// is degraded.
    public var maxZombies: Int
    /// Where it was declared; nil for what a configuration file declares.
    public var site: SourceSite?

    public init(
        name: String, kind: ChildKind, restart: Restart = .always, backoff: RestartBackoff = RestartBackoff(),
        readiness: Readiness = Readiness(), dependsOn: [String] = [], stop: StopPolicy = StopPolicy(),
        silence: Duration? = nil, maxZombies: Int = 1, site: SourceSite? = nil
    ) {
        self.name = name
        self.kind = kind
        self.restart = restart
        self.backoff = backoff
        self.readiness = readiness
        self.dependsOn = dependsOn
        self.stop = stop
        self.silence = silence
        self.maxZombies = maxZombies
        self.site = site
    }
}

/// What kind of thing a supervisor's child is.
public enum ChildKind: String, Sendable, Hashable, CaseIterable {
    /// A child process.
    case command
    /// A Swift closure that runs until it is stopped.
    case service
    /// Something that is done again and again.
    case loop
    /// A supervisor with children of its own.
    case group
    /// A part of the node itself, or one of its running jobs.
    case part, job
}

/// A place in a program's source.
public struct SourceSite: Sendable, Hashable, CustomStringConvertible {
    /// `Module/File.swift`, as `#fileID` says.
    public var file: String
    public var line: Int

    public init(file: String = #fileID, line: Int = #line) {
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line)" }
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

/// When a started child counts as ready.
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
        /// It says so itself.
        case reported
    }

    public var check: Check
    /// A child that is not ready in this time is restarted; the default is 30 s.
    public var within: Duration

    public init(check: Check = .started, within: Duration = .seconds(30)) {
        self.check = check
        self.within = within
    }
}

/// How a child is stopped.
///
/// A command gets `signal`, KILL for its whole group after `timeout`, and is given up on a second later. A Swift child is
/// told at once that it should end, is cancelled after `drain`, and is given up on after `timeout`, which `drain` is a part
/// of: it then still runs, and is named.
public struct StopPolicy: Sendable, Hashable {
    public var signal: Int32
    public var timeout: Duration
    public var drain: Duration

    /// The defaults are TERM, 5 s, and no time to drain.
    public init(signal: Int32 = 15, timeout: Duration = .seconds(5), drain: Duration = .zero) {
        self.signal = signal
        self.timeout = timeout
        self.drain = drain
    }
}
