import Logging
public import ServiceLifecycle

extension SupervisorContext {
    /// A child that is a service of swift-service-lifecycle, in a group of its own without signals: a stop is its graceful
    /// shutdown, and it is cancelled after `spec.stop.drain`. Each life calls `run()` of the same value.
    public func child(_ spec: ChildSpec, service: any Service) -> Supervisor.Child {
        child(spec) { context in
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [
                        ServiceGroupConfiguration.ServiceConfiguration(
                            service: service, successTerminationBehavior: .gracefullyShutdownGroup)
                    ], logger: context.logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    await context.untilStopping()
                    if context.isStopping { await group.triggerGracefulShutdown() }
                }
                defer { tasks.cancelAll() }
                try await group.run()
            }
        }
    }
}
