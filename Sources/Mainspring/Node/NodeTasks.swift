import MainspringJobs
import MainspringStore
import MainspringWeb
import Synchronization

/// The long tasks of a node. They are not children of the caller: the shutdown ladder, which runs elsewhere, waits for
/// them, and gives up on them when its time is over.
final class NodeTasks: Sendable {
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let failover = Mutex<Task<Void, Never>?>(nil)

    func start(jobs: JobSystem, web: WebServer, failover store: FailoverStore?) {
        if let store {
            failover.withLock { $0 = Task(name: "mainspring.failover") { await store.run() } }
        }
        tasks.withLock { tasks in
            tasks = [
                Task(name: "mainspring.jobs") { await jobs.run(beginsAtOnce: false) },
                Task(name: "mainspring.web") { await web.run() },
            ]
        }
    }

    func finished() async {
        for task in tasks.withLock({ $0 }) { await task.value }
        // Last: what the jobs left went through it.
        let last = failover.withLock { $0 }
        last?.cancel()
        await last?.value
    }
}
