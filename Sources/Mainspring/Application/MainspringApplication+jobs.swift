public import MainspringJobs
import MainspringRuntime

extension MainspringApplication {
    /// Declares a kind of job: this node runs its jobs, and takes new ones. A kind that the file declares too, or another type
    /// does, keeps the node from starting, with exit code 78.
    public func job<J: Job>(_ type: J.Type, file: String = #fileID, line: Int = #line) {
        let site = SourceSite(file: file, line: line)
        jobDeclarations.declare(J.kind, at: site) {
            $0.kinds.append(DeclaredJobs.Kind(name: J.kind, site: site) { JobKind(J.self, in: $0) })
        }
    }

    /// Declares how this node works on a queue. What the file says about a queue of that name wins.
    ///
    /// `workers` jobs of it run at once; once `limit` jobs wait, one more is refused with `queue_full`. The defaults are 10 and
    /// 10,000, and those of a queue that only kinds name.
    public func queue(
        _ name: String, workers: Int = 10, limit: Int = 10_000, file: String = #fileID, line: Int = #line
    ) {
        let site = SourceSite(file: file, line: line)
        let options = QueueOptions(workers: workers, limit: limit)
        jobDeclarations.declare(name, at: site) {
            $0.queues.append(DeclaredJobs.Queue(name: name, options: options, site: site))
        }
    }

    /// Runs around every attempt of this node, commands and calls of the file included: the first one is the outermost.
    public func middleware(_ middleware: any JobMiddleware, file: String = #fileID, line: Int = #line) {
        jobDeclarations.declare("\(type(of: middleware))", at: SourceSite(file: file, line: line)) {
            $0.middleware.append(middleware)
        }
    }

    /// Declares a schedule: `job` is enqueued at every multiple of `every` since 1970, once across nodes and restarts, each time
    /// with the value that it has here. Its kind must be declared too.
    ///
    /// With `skipsOverlap` (the default) none is made while an earlier one is unfinished. Each job waits up to `jitter` longer,
    /// at random. What falls due while no node runs is not made up for.
    public func schedule<J: Job>(
        _ name: String, every: Duration, skipsOverlap: Bool = true, jitter: Duration = .zero, _ job: J,
        file: String = #fileID, line: Int = #line
    ) {
        let site = SourceSite(file: file, line: line)
        let schedule = JobSchedule.made(name, every: every, skipsOverlap: skipsOverlap, jitter: jitter, of: job)
        jobDeclarations.declare(name, at: site) {
            $0.schedules.append(DeclaredJobs.Schedule(schedule: schedule, name: name, kind: J.kind, site: site))
        }
    }
}
