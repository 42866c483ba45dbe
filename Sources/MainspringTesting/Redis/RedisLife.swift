import Glibc
import MainspringCore
import MainspringRuntime
import Synchronization

/// One redis-server process, from its start to its end.
final class RedisLife: Sendable {
    private struct State {
        var log: [String] = []
        var rest = ""
        var isOver = false
        var waiters: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    let pid: Int32
    private let state = Mutex(State())
    private let ended = Signal()
    private let hasRun: Mutex<Bool> = Mutex(true)

    private init(pid: Int32) { self.pid = pid }

    /// Starts `redis-server redis.conf` of the folder. The thread that starts it waits for its end: the kernel kills the child
    /// when the thread ends that made it, which is then only when this process does.
    @concurrent static func begin(in folder: String) async throws -> RedisLife {
        let log = try TestPipe()
        return try await withCheckedThrowingContinuation { continuation in
            let isStarted = RawThread.start("test-redis") {
                let process: SpawnedProcess
                do {
                    process = try SpawnedProcess(
                        "/usr/bin/setpriv",
                        ["--pdeathsig", "KILL", "\(folder)/redis-server", "\(folder)/redis.conf"],
                        output: log.writing, errors: log.writing)
                } catch {
                    return continuation.resume(throwing: error)
                }
                let life = RedisLife(pid: process.pid)
                log.read {
                    life.take($0)
                } onEnd: {
                    life.close()
                }
                continuation.resume(returning: life)
                life.reap()
            }
            if !isStarted {
                continuation.resume(throwing: MainspringError(.spawnFailed, "no thread for redis-server"))
            }
        }
    }

    private func reap() {
        // Its id stays taken until it is reaped, which no signal of ours may outlive.
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        hasRun.withLock { runs in
            runs = false
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
        ended.notify()
    }

    /// Nothing once it has ended.
    func signal(_ number: Int32) {
        hasRun.withLock { runs in
            if runs { _ = Glibc.kill(pid, number) }
        }
    }

    /// Returns when it stands still, or has ended.
    func stop() {
        signal(SIGSTOP)
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WSTOPPED | WEXITED | WNOWAIT) < 0, errno == EINTR {}
    }

    func end() async { await ended.wait() }

    /// Throws with the end of its log when it ended instead.
    func ready() async throws {
        // "Ready to" for ports, "The server is now ready to" for Unix sockets.
        guard await logged("eady to accept connections") else {
            throw MainspringError(
                .spawnFailed, "redis-server ended at its start",
                cause: state.withLock { $0.log.suffix(8).joined(separator: "\n") })
        }
    }

    /// Suspends until a line of its log has the text; false when it ended before.
    @discardableResult
    @concurrent func logged(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let known: Bool? = state.withLock { state in
                if state.log.contains(where: { $0.contains(text) }) { return true }
                if state.isOver { return false }
                state.waiters.append((text, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func take(_ bytes: [UInt8]) {
        let met = state.withLock { state in
            state.rest += String(decoding: bytes, as: UTF8.self)
            var lines = state.rest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            state.rest = lines.removeLast()
            // The first lines hold what is waited for; a long run need not keep the rest.
            state.log = Array(state.log.prefix(100) + (state.log.dropFirst(100) + lines).suffix(100))
            let met = state.waiters.filter { waiter in lines.contains { $0.contains(waiter.text) } }
            state.waiters.removeAll { waiter in lines.contains { $0.contains(waiter.text) } }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    private func close() {
        let left = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in left { waiter.continuation.resume(returning: false) }
    }
}
