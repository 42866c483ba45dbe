import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import Synchronization

/// What a program declared about jobs, in order.
final class JobDeclarations: Sendable {
    private let state = Mutex<(declared: DeclaredJobs, isClosed: Bool)>((DeclaredJobs(), false))

    /// Nothing is taken once the node has been made: it logs an error.
    func declare(_ what: String, at site: SourceSite, _ body: (inout DeclaredJobs) -> Void) {
        let isLate = state.withLock { state in
            if !state.isClosed { body(&state.declared) }
            return state.isClosed
        }
        guard isLate else { return }
        Logger(label: "mainspring").error(
            "declared too late, so it does not count", metadata: ["name": "\(what)", "site": "\(site)"])
    }

    func close() -> DeclaredJobs {
        state.withLock { state in
            state.isClosed = true
            return state.declared
        }
    }
}
