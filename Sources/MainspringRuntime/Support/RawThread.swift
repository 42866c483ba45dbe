internal import CMainspringSpawn
import Glibc

/// Threads outside every pool: they run while all of the pools' are blocked, and what blocks them blocks nothing else.
package enum RawThread {
    /// Runs `body` on a new thread, which ends with it. False when the system has no thread to give.
    ///
    /// Of `name` the first 15 bytes are seen by tools. Signals go to other threads, except those that a fault of its own
    /// raises, and SIGPROF.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        var blocked = sigset_t()
        var before = sigset_t()
        sigfillset(&blocked)
        for open in [SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGPROF] { sigdelset(&blocked, open) }
        // A new thread has the mask of the one that makes it.
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        guard pthread_create(&thread, nil, main, work.toOpaque()) == 0 else {
            work.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        // Never nil: `start` passed it.
        let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
        mspr_name_thread(String(decoding: work.name.utf8.prefix(15), as: UTF8.self))
        work.body()
        return nil
    }
}
