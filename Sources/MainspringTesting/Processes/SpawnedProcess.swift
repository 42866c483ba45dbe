import Glibc
import MainspringCore
import MainspringRuntime

/// A process that a test started, by `posix_spawn`.
///
/// Not Foundation's: there `run` reads beyond its list of open files when many are open (a crash in
/// `findMaximumOpenFromProcSelfFD`), `waitUntilExit` waits for every child that was forked meanwhile, and its readers rest on
/// dispatch sources, which crash when many come and go.
package final class SpawnedProcess: Sendable {
    package let pid: Int32

    /// `output` and `errors` become its descriptors 1 and 2 and stay the caller's, `input` its 0; nil is /dev/null. A nil
    /// environment is the test's own. No signal is blocked or ignored in it.
    package init(
        _ program: String, _ arguments: [String] = [], in folder: String? = nil, environment: [String: String]? = nil,
        input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [(0, input), (1, output), (2, errors)] as [(Int32, Int32?)] {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            } else {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }
        try Self.closeOthers(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // `env` goes into the folder and becomes the program.
        let command = folder.map { ["/usr/bin/env", "-C", $0, program] + arguments } ?? [program] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        let code =
            environment == nil
            ? posix_spawn(&pid, command[0], &actions, &attributes, &words, environ)
            : posix_spawn(&pid, command[0], &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw MainspringError(.spawnFailed, "cannot start \(program)", cause: String(cString: strerror(code)))
        }
        self.pid = pid
    }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Else it would keep what other tests have open, such as their listeners. The module of the C library does not show the
    /// function (glibc 2.34), which the library has.
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) throws {
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw MainspringError(.spawnFailed, "the C library is older than glibc 2.34")
        }
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
    }

    /// Calls `body` on a thread of its own with the exit status, or 128 and the signal's number. Call it once.
    package func whenEnded(_ body: @escaping @Sendable (_ status: Int32) -> Void) {
        let pid = pid
        let isWaiting = RawThread.start("test-wait") {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            body(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
        }
        if !isWaiting { body(-1) }
    }

    /// Suspends until it has ended. Instead of ``whenEnded(_:)``, once.
    @concurrent package func end() async -> Int32 {
        await withCheckedContinuation { continuation in whenEnded { continuation.resume(returning: $0) } }
    }
}
