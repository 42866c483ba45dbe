import Glibc
import MainspringCore
import MainspringRuntime

/// A node in this process; there is one at a time.
public enum Mainspring {
    /// Runs the node that the configuration describes until a signal stops it, and answers with the exit code: 0 after a clean
    /// stop, 1 after a fatal error, 124 when a child had to be killed or a task abandoned.
    ///
    /// Throws `MainspringError` when the node cannot start: `conflict` when another runs in this process, `locked`,
    /// `no_free_port`, `configuration`, or a `store_…` code; then nothing of it is left. Ends the process itself when it has
    /// stopped but cannot return.
    ///
    /// `queues` limits what this node works on; it takes jobs for every declared queue all the same. A name that is not
    /// declared throws `configuration`.
    public static func run(
        _ configuration: Configuration, queues: Set<String>? = nil, file: String = #fileID, line: Int = #line
    ) async throws -> Int32 {
        let claim = try RuntimeClaim(at: SourceSite(file: file, line: line))
        defer { claim.release() }
        if let unknown = queues?.sorted().first(where: { configuration.queues[$0] == nil }) {
            let near = NearestName.of(unknown, among: configuration.queues.keys).map { "Did you mean '\($0)'?" }
            throw MainspringError(
                .configuration, "no queue '\(unknown)' is declared", hint: near ?? "Declare it under 'queues:'.")
        }
        let node = try await Node(
            configuration, queues: queues, log: NodeLog(configuration), time: SystemTime())
        let result = await node.run()
        node.hasArrived()
        return result.exitCode
    }

    /// Runs the program that `configure` declares, with the configuration file at `path`, until it is stopped: by a signal,
    /// by ``MainspringApplication/stop()``, or in a hurry by the caller's cancellation. Returns after a clean stop.
    ///
    /// Without a path nothing is read: the node is named for the program, keeps its state in `.mainspring`, and environment
    /// variables such as `MAINSPRING_HTTP_BIND` apply.
    ///
    /// When the node cannot start, or stops otherwise than cleanly, the reasons are on standard error, and the process exits
    /// as the command line does: 78 for a configuration or names that are wrong, 75 for a lock or ports that are taken, 1
    /// after a fatal error, 124 when something had to be killed or abandoned. Throws what `configure` throws, and `conflict`
    /// when another runtime runs in this process.
    public static func run(
        _ path: String? = nil, file: String = #fileID, line: Int = #line,
        configure: (MainspringApplication) throws -> Void
    ) async throws {
        let claim = try RuntimeClaim(at: SourceSite(file: file, line: line))
        defer { claim.release() }
        let application = MainspringApplication()
        try configure(application)
        let node: Node
        do {
            let configuration = try Configuration.ofProgram(path)
            node = try await Node(
                configuration, declarations: application.declarations, log: NodeLog(configuration),
                time: SystemTime())
        } catch {
            let refusal = StartRefusal(error)
            StandardError.write(refusal.lines.joined(separator: "\n") + "\n")
            // The contract: a program that cannot start ends with its code.
            exit(refusal.exitCode)
        }
        application.attach(node.handle)
        let result = await node.run()
        node.hasArrived()
        // The contract: the code says how it ended, and the stop's report has named who and why.
        guard result.isClean else { exit(result.exitCode) }
        SignalListener.restoreDefaults()
    }
}
