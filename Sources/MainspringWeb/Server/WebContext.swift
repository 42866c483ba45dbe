import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTelemetry

/// What handlers work with.
struct WebContext: Sendable {
    let jobs: JobClient
    let waits: JobWaits
    let services: any ServiceControl
    let inspector: any NodeInspector
    let control: any NodeControl
    let metrics: MetricsRecorder
    let time: any TimeSource
    let storeName: String
    let failover: @Sendable () -> FailoverStatus?
    let drill: (any FailoverDrilling)?
    let application: String
    let version: String
    /// The bare origin: `http://127.0.0.1:8501`.
    let url: String

    init(_ dependencies: WebDependencies, waits: JobWaits, configuration: WebConfiguration, url: String) {
        jobs = dependencies.jobs
        self.waits = waits
        services = dependencies.services
        inspector = dependencies.inspector
        control = dependencies.control
        metrics = dependencies.metrics
        time = dependencies.time
        storeName = dependencies.storeName
        failover = dependencies.failover
        drill = dependencies.drill
        application = configuration.application
        version = configuration.version
        self.url = url
    }
}
