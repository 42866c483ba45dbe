import MainspringCommands
import MainspringCore

/// The seam between the command line and the node: the only file that is to know both.
///
/// The `Mainspring` library has no node yet, so each of these is refused.
struct NodeConnection: NodeProgram {
    private var missing: MainspringError {
        MainspringError(
            "not_in_this_version", "this build cannot run or configure a node",
            hint: "The commands for jobs, queues and services work with --url.")
    }

    func run(_ request: RunRequest) async throws -> ExitStatus { throw missing }
    func checkConfiguration(_ source: ConfigurationSource) throws { throw missing }
    func showConfiguration(_ source: ConfigurationSource, origins: Bool) throws -> ConfigurationListing { throw missing }
    func stateFolder(_ source: ConfigurationSource) throws -> String? { nil }
    func initialize(folder: String) throws -> [String] { throw missing }
}
