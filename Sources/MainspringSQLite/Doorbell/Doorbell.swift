package import MainspringCore
import MainspringRuntime
import Synchronization

/// How the processes that share a database on one host wake each other: whoever has committed something rings, and nobody
/// has to ask the file whether it changed.
///
/// Open it before the first look at the tables. Then no commit is missed: either its ring finds this process' socket, or the
/// commit was there before the look. It is a wake-up and no message: one ring may stand for many, may say more than there
/// is, and is lost when the kernel has no memory for it or the other process cannot be reached (another user's, a security
/// module). What must happen in the end needs a timer too.
package final class Doorbell: Sendable {
    private let listener: BellListener?
    private let peers: Mutex<BellPeers?>

    /// For a process that waits for others, and writes too. `database` must exist.
    ///
    /// `onRing` is called on a thread of its own, one call at a time, with what was rung since the last one; after five rings
    /// at once with everything. Throws `store_read_only` when the folder beside the database, `PATH-bells`, cannot be used.
    package convenience init(
        database: String, onRing: @escaping @Sendable (DoorbellKind) -> Void
    ) throws(MainspringError) {
        try self.init(database: database, now: SystemTime.changeTime, onRing: onRing)
    }

    /// For a process that only writes.
    package convenience init(database: String) throws(MainspringError) {
        try self.init(database: database, now: SystemTime.changeTime, onRing: nil)
    }

    init(
        database: String, now: @escaping @Sendable () -> Timestamp, onRing: (@Sendable (DoorbellKind) -> Void)?
    ) throws(MainspringError) {
        let folder = try BellFolder(database: database)
        if let onRing { listener = try BellListener(in: folder, onRing: onRing) } else { listener = nil }
        peers = Mutex(BellPeers(folder: folder, own: listener?.name, now: now))
        guard let listener else { return }
        // Over sockets that are gone again: who never rings needs none.
        var greeting = BellPeers(folder: folder, own: listener.name, now: now)
        greeting.ring(BellBurst.newcomer, newcomers: true)
    }

    deinit { close() }

    /// Wakes every other process that listens. Call it after the commit.
    ///
    /// It never waits: a process that does not come to read what was sent to it is told everything when it does.
    package func ring(_ kinds: DoorbellKind) {
        guard !kinds.isEmpty else { return }
        let newcomers = listener?.takeNewcomers() ?? false
        peers.withLock { $0?.ring(kinds.rawValue, newcomers: newcomers) }
    }

    /// Nobody is rung and nobody rings any more, except for a call of `onRing` that has begun.
    package func close() {
        listener?.close()
        peers.withLock { $0 = nil }
    }
}
