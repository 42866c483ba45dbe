import Dispatch
import Glibc
import MainspringCore
import MainspringRuntime
import MainspringTesting

/// Runs `body` on a thread of its own, beside tasks that occupy every thread that tasks of ordinary priority can get.
func withBlockedPool(_ body: @escaping @Sendable () -> Void) async {
    await WholePool.exclusively {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            DispatchQueue(label: "test").async {
                let release = blockPool()
                body()
                release()
                done.resume()
            }
        }
    }
}

private func blockPool() -> @Sendable () -> Void {
    let threads = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let blocked = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)
    for _ in 0..<threads {
        Task.detached(priority: .medium) { block(blocked, until: release) }
    }
    for _ in 0..<threads { blocked.wait() }
    return { for _ in 0..<threads { release.signal() } }
}

/// Returns when it holds, or after 20 s: a failure must not hang the run.
func wait(_ time: SystemTime, until holds: () -> Bool) {
    let end = time.monotonic() + .seconds(20)
    while !holds(), time.monotonic() < end { sched_yield() }
}

private func block(_ blocked: DispatchSemaphore, until release: DispatchSemaphore) {
    blocked.signal()
    release.wait()
}
