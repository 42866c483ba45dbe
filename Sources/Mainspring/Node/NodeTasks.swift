import MainspringJobs
import MainspringWeb
import Synchronization

/// The two long tasks of a node. They are not children of the caller: the shutdown ladder, which runs elsewhere, waits for
/// them, and gives up on them when its time is over.
final class NodeTasks: Sendable {
    private let tasks = Mutex<[Task<Void, Never>]>([])

    func start(jobs: JobSystem, web: WebServer) {
        tasks.withLock { tasks in
            tasks = [
                Task(name: "mainspring.jobs") { await jobs.run(beginsAtOnce: false) },
                Task(name: "mainspring.web") { await web.run() },
            ]
        }
    }

    func finished() async {
        for task in tasks.withLock({ $0 }) { await task.value }
    }
}
