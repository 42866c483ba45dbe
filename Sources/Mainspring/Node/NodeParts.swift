import AsyncHTTPClient
import GRDB
import Glibc
import Logging
import MainspringCore
import MainspringExecutors
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// How a configuration becomes parts; the only place that knows which concrete types a node is made of.
struct NodeParts {
    let configuration: Configuration
    let spawner: NodeSpawner
    let client: HTTPClient
    /// The queues to work on; nil: all.
    let workedQueues: Set<String>?
    let time: any TimeSource
    /// The application's own; nil: the configured store.
    let jobPool: DatabasePool?

    func store() throws -> any JobStore {
        if let jobPool { return try SQLiteJobStore(sharing: jobPool, time: time) }
        switch configuration.store.backend {
        case .memory: return MemoryJobStore(time: time)
        case .sqlite(let path):
            var status = stat()
            guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
                throw MainspringError(
                    .configuration, "the database \(path) is a link", hint: "Give 'store: sqlite:PATH' the real path.")
            }
            return try SQLiteJobStore(
                path: path, durability: configuration.store.durability == .full ? .full : .normal, time: time)
        }
    }

    func registry(onKilled: @escaping @Sendable (JobAttempt) -> Void) -> JobRegistry {
        JobRegistry(
            kinds: configuration.jobs.values.map { job in
                JobKind(
                    name: job.name, arguments: job.arguments, queue: job.queue, priority: job.priority,
                    timeout: job.timeout,
                    retry: job.retry, unique: job.unique, silence: job.silence, deadline: job.deadline,
                    maxRescues: job.maxRescues, executor: executor(of: job, onKilled: onKilled))
            },
            queues: configuration.queues.mapValues { QueueOptions(workers: $0.workers, limit: $0.limit) },
            workingOn: workedQueues)
    }

    private func executor(
        of job: JobConfiguration, onKilled: @escaping @Sendable (JobAttempt) -> Void
    ) -> any JobExecutor {
        switch job.action {
        case .command(let command):
            CommandExecutor(
                options: CommandExecutor.Options(
                    template: command.template, schema: job.arguments, environment: command.environment,
                    workingDirectory: command.workingDirectory, result: job.result,
                    outputLimit: job.outputLimit.bytes, killAfter: command.killAfter),
                spawner: spawner, onKilled: onKilled)
        case .call(let call):
            HTTPCallExecutor(
                options: HTTPCallExecutor.Options(
                    method: call.method, url: call.url, headers: call.headers.map { ($0.name, $0.value) },
                    result: job.result,
                    responseLimit: job.outputLimit.bytes),
                client: client)
        }
    }

    var schedules: [JobSchedule] {
        configuration.schedules.values.sorted { $0.name < $1.name }.map {
            JobSchedule(
                name: $0.name, every: $0.every, kind: $0.job, arguments: $0.arguments, skipsOverlap: $0.skipsOverlap,
                jitter: $0.jitter)
        }
    }

    var retention: Retention {
        Retention(keep: [
            .completed: configuration.retention.completed, .cancelled: configuration.retention.cancelled,
            .discarded: configuration.retention.discarded,
        ])
    }
}
