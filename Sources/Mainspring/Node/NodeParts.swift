import AsyncHTTPClient
import Logging
import MainspringCore
import MainspringExecutors
import MainspringJobs
import MainspringRuntime

/// How a configuration becomes parts; the only place that knows which concrete types a node is made of.
struct NodeParts {
    let configuration: Configuration
    let spawner: NodeSpawner
    let client: HTTPClient
    let declared: DeclaredJobs
    /// The queues to work on; nil: all.
    let workedQueues: Set<String>?
    /// Nil for a store that no drill takes away.
    let drill: DrillKind?

    func registry(in environment: JobEnvironment, onKilled: @escaping @Sendable (JobAttempt) -> Void) -> JobRegistry {
        JobRegistry(
            kinds: configuration.kinds { executor(of: $0, onKilled: onKilled) }
                + declared.kinds.map { $0.make(environment) } + [drill?.kind].compactMap(\.self),
            queues: queues, middleware: [TracingMiddleware()] + declared.middleware,
            workingOn: drill == nil ? workedQueues : workedQueues?.union([DrillKind.name]))
    }

    private var queues: [String: QueueOptions] {
        let queues = declared.queues(of: configuration)
        return drill == nil ? queues : queues.merging([DrillKind.name: DrillKind.queue]) { $1 }
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
        } + declared.schedules.compactMap { try? $0.schedule.get() }
    }

    var retention: Retention {
        Retention(keep: [
            .completed: configuration.retention.completed, .cancelled: configuration.retention.cancelled,
            .discarded: configuration.retention.discarded,
        ])
    }
}
