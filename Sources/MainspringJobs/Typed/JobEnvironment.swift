public import Logging
import MainspringCore
public import MainspringRuntime
import Synchronization

/// What all Swift jobs of a node share.
public final class JobEnvironment: Sendable {
    private struct State {
        // Not kept: what the system is made of keeps this.
        weak var system: JobSystem?
    }

    /// Of kinds that are not run.
    public static let unused = JobEnvironment(
        logger: Logger(label: "mainspring") { _ in SwiftLogNoOpLogHandler() }, resources: Resources(), node: "")

    let logger: Logger
    let resources: Resources
    let node: String
    private let state = Mutex(State())

    /// `node` is the node's name, for log lines.
    public init(logger: Logger, resources: Resources, node: String) {
        self.logger = logger
        self.resources = resources
        self.node = node
    }

    /// Gives jobs a way to make others; before the system runs.
    public func attach(_ system: JobSystem) {
        state.withLock { $0.system = system }
    }

    var jobs: JobClient {
        get throws {
            if let system = state.withLock({ $0.system }) { return system.client }
            throw MainspringError(.notRunning, "no node runs here, so that no job can be made")
        }
    }
}
