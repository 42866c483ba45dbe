/// Starts children whose whole process group this node answers for.
public protocol ProcessSpawner: Sendable {
    /// Starts the command in a session and process group of its own, with an empty signal mask and default signal
    /// actions.
    ///
    /// The group is on record (pid, start time, boot id) before the program's first instruction, so that the warden, or
    /// the next run, can end it if this node dies. `onOutput` is called on a private thread, chunk by chunk, in order
    /// per stream; it must not block. Throws `MainspringError` (`spawn_failed`) with the operating system's reason:
    /// nothing runs then.
    func spawn(
        _ command: CommandSpec, onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) throws -> any ChildProcess
}

public enum OutputStream: Sendable, Hashable {
    case standardOutput, standardError
}

/// A child and everything in its process group.
public protocol ChildProcess: AnyObject, Sendable {
    /// Also the id of its process group and session.
    var pid: Int32 { get }

    /// Sends a signal to the whole group; nothing happens when the group is gone. Callable from any thread, never
    /// blocks.
    func signal(_ number: Int32)

    /// Ends the whole group: TERM (or `signal`), then KILL after `grace`. The first call sets the deadline; a later one
    /// can only bring it forward. Returns at once.
    func terminate(signal: Int32, grace: Duration)

    /// The leader's status, once the leader has exited, its whole group is gone and its output was read to the end.
    /// What the leader leaves behind in its group gets TERM, and KILL after `leftoverGrace` of the spawner (5 s by
    /// default); a pipe held open by a process outside the group is given up on after that too.
    func waitUntilGone() async -> ExitStatus

    /// True once KILL was sent because the grace ran out.
    var wasKilled: Bool { get }
}
