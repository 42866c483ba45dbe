public import Logging
import MainspringCore
import MainspringRuntime
public import ServiceLifecycle

/// A whole application as a service of another program's `ServiceGroup`.
///
/// It hears no signals, writes nothing on the terminal but log lines, and never ends the process. The group's graceful
/// shutdown stops it in order; cancellation gives running jobs no time to end by themselves. How long threads may be blocked,
/// and what a second signal does, is the group's business.
public struct MainspringService: Service {
    private let load: @Sendable () throws -> Configuration
    private let logger: Logger?
    private let site: SourceSite
    private let configure: @Sendable (MainspringApplication) throws -> Void

    /// The file at `path` is read when it runs; without one it is as in ``Mainspring/run(_:file:line:configure:)``. Without a
    /// logger it logs as the configuration says.
    public init(
        _ path: String? = nil, logger: Logger? = nil, file: String = #fileID, line: Int = #line,
        configure: @escaping @Sendable (MainspringApplication) throws -> Void
    ) {
        load = { try Configuration.ofProgram(path) }
        self.logger = logger
        site = SourceSite(file: file, line: line)
        self.configure = configure
    }

    public init(
        _ configuration: Configuration, logger: Logger? = nil, file: String = #fileID, line: Int = #line,
        configure: @escaping @Sendable (MainspringApplication) throws -> Void = { _ in }
    ) {
        load = { configuration }
        self.logger = logger
        site = SourceSite(file: file, line: line)
        self.configure = configure
    }

    /// Runs until it is stopped, from outside or by ``MainspringApplication/stop()``.
    ///
    /// Throws `ConfigurationErrors` or `MainspringError` when it cannot start, `conflict` while another runtime runs in the
    /// process; what ended it, as `stopped_uncleanly`, with those who were late by name.
    @concurrent public func run() async throws {
        let claim = try RuntimeClaim(at: site)
        defer { claim.release() }
        let application = MainspringApplication()
        try configure(application)
        let configuration = try load()
        let node = try await Node(
            configuration, declarations: application.declarations, embedding: .guest,
            log: NodeLog(configuration, logger: logger), time: SystemTime())
        application.attach(node.handle)
        let result = await withGracefulShutdownHandler {
            await node.run()
        } onGracefulShutdown: {
            node.stop(.asked)
        }
        guard !result.isClean else { return }
        let late = result.laggards.map(\.path).joined(separator: ", ")
        throw MainspringError(
            .stoppedUncleanly,
            result.failure ?? "the application did not stop cleanly", cause: late.isEmpty ? nil : "late: \(late)")
    }
}
