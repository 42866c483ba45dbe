import Dispatch

/// Runs nothing until it is released.
final class HeldExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "test.held", attributes: .initiallyInactive)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    func release() { queue.activate() }
}
