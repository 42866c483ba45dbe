public import MainspringCore
public import MainspringJobs
public import MainspringRuntime
public import MainspringStore
public import MainspringTelemetry

/// What the surfaces look at and command; the composition root gives it.
public struct WebDependencies: Sendable {
    public var jobs: JobClient
    public var services: any ServiceControl
    public var inspector: any NodeInspector
    public var control: any NodeControl
    public var metrics: MetricsRecorder
    public var time: any TimeSource
    /// `JobStore.name`.
    public var storeName: String
    /// How the node stands with a store on a server of its own; nil for any other.
    public var failover: @Sendable () -> FailoverStatus?
    /// Nil where there is nothing to fail over from.
    public var drill: (any FailoverDrilling)?

    public init(
        jobs: JobClient, services: any ServiceControl, inspector: any NodeInspector,
        control: any NodeControl, metrics: MetricsRecorder, time: any TimeSource, storeName: String,
        failover: @escaping @Sendable () -> FailoverStatus? = { nil }, drill: (any FailoverDrilling)? = nil
    ) {
        self.jobs = jobs
        self.services = services
        self.inspector = inspector
        self.control = control
        self.metrics = metrics
        self.time = time
        self.storeName = storeName
        self.failover = failover
        self.drill = drill
    }
}
