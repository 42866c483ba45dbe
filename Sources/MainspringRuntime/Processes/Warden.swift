internal import CMainspringSpawn
import Glibc
import MainspringCore
import Synchronization

/// A tiny process that ends every recorded process group when this one dies, in whatever way.
///
/// It holds the read end of a pipe whose only write end is here; when that closes it sends KILL to what the ledger
/// still records, for half a second, and exits. It has a session of its own, ignores the signals of a terminal, and is
/// called `mspr-warden` in `ps`.
public final class Warden: Sendable {
    public let pid: Int32
    private let lifeline: Mutex<Int32?>

    private init(pid: Int32, lifeline: Int32) {
        self.pid = pid
        self.lifeline = Mutex(lifeline)
    }

    deinit { release() }

    /// Forks the warden of this process. The earlier in its life, the less memory they share.
    ///
    /// Keep it as long as anything that the ledger records may be alive. The ledger need not exist yet; one that
    /// another process has started at `ledgerPath` in the meantime is left alone. Throws `MainspringError`
    /// (`spawn_failed`).
    public static func start(ledgerPath: String) throws -> Warden {
        var lifeline: Int32 = -1
        let pid = mspr_warden_start(ledgerPath, &lifeline)
        guard pid > 0 else {
            throw MainspringError(
                .spawnFailed, "cannot start the warden", cause: SystemError.words(-pid),
                hint: "Check the limit on processes (ulimit -u)."
            )
        }
        return Warden(pid: pid, lifeline: lifeline)
    }

    /// Lets go of the warden as the death of this process would: what is recorded and alive gets KILL.
    public func release() {
        lifeline.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }
}
