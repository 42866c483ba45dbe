import Dispatch
public import Logging
public import MainspringCore

/// What all supervisors of one node share.
public struct SupervisorContext: Sendable {
    let time: any TimeSource
    let sink: any EventSink
    let logger: Logger
    let logs: ServiceLogs
    /// What Swift children find by type.
    let resources: Resources
    let random: any RandomNumberGenerator & Sendable
    /// Runs what begins lives, one after another: a `fork` takes a moment.
    let begin: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// For the tasks that wait for processes.
    let executor: any TaskExecutor
    let prober: ReadinessProber
    /// Cancels tasks, which runs code of the user's.
    let lane = AbandonableLane.cancelling
    /// What was given up and still runs, anywhere in the node.
    public let zombies = ZombieRegister()

    /// `logs` are those of commands; nil keeps their last lines in memory.
    public init(
        time: any TimeSource, sink: any EventSink, logger: Logger, logs: ServiceLogs? = nil,
        resources: Resources = Resources(), random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        let queue = DispatchQueue(label: "mainspring.supervisor", qos: .userInitiated)
        self.init(
            time: time, sink: sink, logger: logger, logs: logs, resources: resources, random: random,
            prober: ReadinessProber(time: time),
            executor: PrivateExecutor(label: "mainspring.commands"), begin: { queue.async(execute: $0) })
    }

    init(
        time: any TimeSource, sink: any EventSink, logger: Logger, logs: ServiceLogs?,
        resources: Resources = Resources(), random: any RandomNumberGenerator & Sendable, prober: ReadinessProber,
        executor: any TaskExecutor,
        begin: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.time = time
        self.sink = sink
        self.logger = logger
        self.logs = logs ?? ServiceLogs(folder: nil, services: 1, time: time)
        self.resources = resources
        self.random = random
        self.prober = prober
        self.executor = executor
        self.begin = begin
    }
}
