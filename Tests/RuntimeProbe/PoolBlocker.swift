import Dispatch
import Glibc
import MainspringCore
import MainspringRuntime

/// Occupies every thread that a task of any priority can get, its own included, and never lets go.
enum PoolBlocker {
    @concurrent static func run(_ context: ServiceContext) async throws {
        while access("block", F_OK) != 0 { try await SystemTime().sleep(for: .milliseconds(10)) }
        let blocked = DispatchSemaphore(value: 0)
        let priorities: [TaskPriority] = [.high, .medium, .low, .background]
        let threads = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        for priority in priorities {
            for _ in 0..<threads { Task.detached(priority: priority) { block(blocked) } }
        }
        // As many as there are, whichever the service itself runs on.
        DispatchQueue(label: "probe").async {
            for _ in 0..<(threads * priorities.count) { blocked.wait() }
            let line = Array("every thread is blocked\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
        }
        block(blocked)
    }

    private static func block(_ blocked: DispatchSemaphore) {
        blocked.signal()
        DispatchSemaphore(value: 0).wait()
    }
}
