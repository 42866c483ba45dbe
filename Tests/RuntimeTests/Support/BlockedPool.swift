import Dispatch
import Glibc
import MainspringCore
import MainspringRuntime

/// Two that each hold half of the pool would wait for ever.
private let oneAtATime = DispatchSemaphore(value: 1)

/// Occupies every thread that tasks of ordinary priority can get, until the closure is called. Call it on a thread of
/// your own.
func blockPool() -> @Sendable () -> Void {
    oneAtATime.wait()
    let threads = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let blocked = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)
    for _ in 0..<threads {
        Task.detached(priority: .medium) { block(blocked, until: release) }
    }
    for _ in 0..<threads { blocked.wait() }
    return {
        for _ in 0..<threads { release.signal() }
        oneAtATime.signal()
    }
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
