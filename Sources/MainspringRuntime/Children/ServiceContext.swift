public import Logging
import MainspringCore

/// A service in Swift. It runs on the concurrency pool, never on the actor of whoever declared it.
public typealias ServiceBody = @Sendable @concurrent (ServiceContext) async throws -> Void

/// What a supervised closure has to do with its supervisor.
public struct ServiceContext: Sendable {
    /// Its metadata names the service.
    public let logger: Logger
    public let resources: Resources
    private let life: TaskLife
    private let line: ChildLine

    init(life: TaskLife, line: ChildLine, logger: Logger, resources: Resources) {
        self.life = life
        self.line = line
        self.logger = logger
        self.resources = resources
    }

    public var name: String { line.name }

    /// What was provided as this type; throws as ``Resources`` does.
    public subscript<Resource: Sendable>(type: Resource.Type, named name: String? = nil) -> Resource {
        get throws { try resources[type, named: name] }
    }

    /// The service should come to its end: its task is cancelled when its time to drain is over.
    public var isStopping: Bool { life.isStopping }

    /// Suspends until the service should come to its end, or the calling task is cancelled.
    @concurrent public func untilStopping() async { await life.untilStopping() }

    /// Says that the service is ready, for one that was declared with ``Readiness/Check/reported``.
    public func ready() { line.report(.ready) }

    /// A sign of life, for a service that was declared with a `silence`; where it was given is shown when the service is
    /// late.
    public func beat(file: String = #fileID, line number: Int = #line) {
        line.beat(at: SourceSite(file: file, line: number))
    }

    /// Says that the service works, but not well; one sentence why. It is not ready until ``recovered()``.
    public func degraded(_ reason: String) { line.report(.degraded(reason)) }

    public func recovered() { line.report(.recovered) }

    /// Runs `operation`, cancels it when `limit` has passed, and leaves without it when it does not end within `patience`.
    ///
    /// What is left then degrades the service while it runs; more of it than the service was declared with `maxZombies` for
    /// has the service stopped and restarted. Otherwise as
    /// ``withAbandoningDeadline(_:name:patience:zombies:time:isolation:fileID:line:operation:)``.
    public func withAbandoningDeadline<Value: Sendable>(
        _ limit: Duration, name: String, patience: Duration = .milliseconds(100),
        isolation: isolated (any Actor)? = #isolation, fileID: String = #fileID, line: Int = #line,
        operation: @escaping @Sendable @concurrent () async throws -> Value
    ) async throws -> Value {
        try await MainspringRuntime.withAbandoningDeadline(
            limit, name: "\(self.name): \(name)", patience: patience, zombies: life.zombies, time: life.time,
            isolation: isolation, fileID: fileID, line: line, operation: operation)
    }
}
