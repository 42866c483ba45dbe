/// The bounds of a client.
package struct RedisOptions: Sendable {
    /// Connections for commands; a subscription has one of its own.
    package var connections = 2
    /// For address, TCP, TLS and login together.
    package var connectWithin: Duration = .seconds(2)
    /// From when a command is sent to its answer; a batch has it as a whole. After that its connection is closed, as later
    /// answers could not be told apart. A call that waits behind others is given up after one to two times as long.
    package var answerWithin: Duration = .seconds(2)
    /// So long an answer may be due while nothing at all comes over a connection; 100 ms more for each MiB that was sent. Then
    /// others are tried beside it, calls wait, and the first that is logged in takes its place unless it speaks up: what was
    /// sent over it is `unanswered` then, before `answerWithin`. A server that answers nobody is not left for that.
    package var doubtAfter: Duration = .milliseconds(250)
    /// Commands that have been sent over one connection and not been answered. A call with more of them goes alone.
    package var maxInFlight = 4096
    /// Commands that wait to be sent over one connection; a further call is refused with `.busy`.
    package var maxWaiting = 65_536
    /// The bytes of these commands; a single call may be larger.
    package var maxWaitingBytes = 64 << 20
    package var limits = RESPLimits()
    /// The longest pause between two attempts to connect, whether the last one failed or tells nothing yet; the first is made
    /// at once. At most four are under way.
    package var reconnectWithin: Duration = .milliseconds(250)
    /// The pause after the server has refused the login: waiting alone does not help then.
    package var deniedPause: Duration = .seconds(1)
    /// How often a subscription asks whether the server is still there; it has `answerWithin` for its answer.
    package var heartbeat: Duration = .seconds(3)

    package init() {}
}
