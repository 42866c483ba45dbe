import Glibc
import MainspringSQLite
import Synchronization

/// Rings `control` once it listens on the file's doorbell, and then back whatever it hears, until it is killed.
///
/// Its child outlives it by some seconds: what a dead process has started must not keep its socket alive.
enum BellProbe {
    static func run(file: String) throws -> Never {
        // For a test that never comes to kill it.
        alarm(60)
        let holder = Holder()
        let bell = try Doorbell(database: file) { kinds in holder.bell.withLock { $0 }?.ring(kinds) }
        holder.bell.withLock { $0 = bell }
        startChild()
        bell.ring(.control)
        while true { pause() }
    }

    /// Returns once it runs its program: until then it has all that this process has.
    private static func startChild() {
        var ends: [Int32] = [0, 0]
        var actions = posix_spawn_file_actions_t()
        var words = ["/bin/sh", "-c", "echo; exec sleep 5"].map { (word: String) in strdup(word) } + [nil]
        var child = pid_t()
        var byte: UInt8 = 0
        guard pipe(&ends) == 0, posix_spawn_file_actions_init(&actions) == 0,
            posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0,
            posix_spawn(&child, "/bin/sh", &actions, nil, &words, environ) == 0, read(ends[0], &byte, 1) == 1
        else { exit(71) }
    }

    private final class Holder: Sendable {
        let bell = Mutex<Doorbell?>(nil)
    }
}
