import Dispatch

/// Runs a few tasks on a thread of its own, so that they go on while every thread of the concurrency pool is blocked.
final class PrivateExecutor: TaskExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInitiated)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs `work` on a fresh thread's worth of queue: it may block for ever without holding up anything else.
func onOwnThread(_ work: @escaping @Sendable () -> Void) {
    // A serial queue of its own gets a thread even while all others are blocked; a concurrent one need not.
    DispatchQueue(label: "mainspring.step", qos: .userInitiated).async(execute: work)
}
