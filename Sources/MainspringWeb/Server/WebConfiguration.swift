/// Where the server listens, and how much it takes from a client.
public struct WebConfiguration: Sendable, Equatable {
    /// A name or an address of this machine.
    public var host: String
    /// Tried in order; the first free one is taken. `0...0` lets the system choose.
    public var ports: ClosedRange<Int>
    /// Further names that the node answers to; loopback names and `host` pass always.
    public var hosts: [String]
    /// Bytes of a request's body; a longer one is refused before it is read.
    public var bodyLimit: Int
    /// What the configuration calls the application.
    public var application: String
    public var version: String
    /// A client that sends or reads nothing for this long is cut off.
    public var idleTimeout: Duration
    /// Time for a whole body to arrive.
    public var bodyTimeout: Duration
    /// Connections that may ask for anything; one more is closed at its request, unless that is a probe: for these there is room
    /// for 64 more.
    public var connectionLimit: Int
    /// Time for answers that are under way when the server stops.
    public var shutdownGrace: Duration

    /// The defaults are 8 MiB, 30 s idle, 30 s for a body, 512 connections and 500 ms of grace.
    public init(
        host: String = "127.0.0.1", ports: ClosedRange<Int> = 8501...8600, hosts: [String] = [],
        bodyLimit: Int = 8 << 20,
        application: String, version: String, idleTimeout: Duration = .seconds(30),
        bodyTimeout: Duration = .seconds(30),
        connectionLimit: Int = 512, shutdownGrace: Duration = .milliseconds(500)
    ) {
        self.host = host
        self.ports = ports
        self.hosts = hosts
        self.bodyLimit = bodyLimit
        self.application = application
        self.version = version
        self.idleTimeout = idleTimeout
        self.bodyTimeout = bodyTimeout
        self.connectionLimit = connectionLimit
        self.shutdownGrace = shutdownGrace
    }
}
