import MainspringCore
import MainspringJobs
import MainspringRuntime

/// The kinds, queues, schedules and middleware of a program.
struct DeclaredJobs: Sendable {
    struct Kind: Sendable {
        let name: String
        let site: SourceSite
        let make: @Sendable (JobEnvironment) -> JobKind
    }

    struct Queue: Sendable {
        let name: String
        let options: QueueOptions
        let site: SourceSite
    }

    struct Schedule: Sendable {
        /// Or why its job cannot be stored.
        let schedule: Result<JobSchedule, MainspringError>
        let name: String
        let kind: String
        let site: SourceSite
    }

    var kinds: [Kind] = []
    var queues: [Queue] = []
    var schedules: [Schedule] = []
    /// Outermost first.
    var middleware: [any JobMiddleware] = []

    /// Every queue that there is: those of the file win over those of the code, and those that only a kind names have the
    /// default options.
    func queues(of configuration: Configuration) -> [String: QueueOptions] {
        var queues: [String: QueueOptions] = [:]
        for kind in kinds { queues[kind.make(.unused).queue] = QueueOptions() }
        for queue in self.queues { queues[queue.name] = queue.options }
        for (name, queue) in configuration.queues {
            queues[name] = QueueOptions(workers: queue.workers, limit: queue.limit)
        }
        return queues
    }
}
