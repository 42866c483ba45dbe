import MainspringCore
import MainspringRuntime

/// What a person at the terminal reads when a node is up: what runs, and where to look.
struct StartupSummary {
    let configuration: Configuration
    let declarations: Declarations
    let kinds: [String]
    let version: String
    let pid: Int32
    let url: String
    let waitingJobs: Int
    /// A server that does not answer.
    let isStoreAway: Bool
    let took: Duration
    /// Processes of an earlier life that were ended first.
    let sweptProcesses: Int

    var lines: [String] {
        var rows: [(String, String)] = [("store", store)]
        rows.append(("jobs", names(kinds.filter { $0 != DrillKind.name })))
        rows.append(("services", names(configuration.services.map(\.name) + declarations.services)))
        let loops = configuration.loops.map { ($0.name, $0.spec.every) } + declarations.loops
        if !loops.isEmpty { rows.append(("loops", names(loops.map { "\($0) every \($1.text)" }))) }
        let schedules =
            configuration.schedules.values.map { ($0.name, $0.every) }
            + declarations.jobs.schedules.compactMap { try? $0.schedule.get() }.map { ($0.name, $0.every) }
        rows.append(("schedules", names(schedules.map { "\($0) every \($1.text)" })))
        rows.append(("dashboard", url))
        let width = rows.map(\.0.count).max() ?? 0
        var lines = ["Mainspring \(version) · node \(configuration.node) · pid \(pid)"]
        lines += rows.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1)" }
        if sweptProcesses > 0 {
            lines.append("Ended \(sweptProcesses) process\(sweptProcesses == 1 ? "" : "es") of an earlier run.")
        }
        lines.append("Up in \(took.forPeople). Press Ctrl-C to stop in order.")
        return lines.map(\.printable)
    }

    private var store: String {
        let jobs = waitingJobs == 1 ? "1 job waits" : "\(waitingJobs) jobs wait"
        return switch configuration.store.backend {
        case .memory: "memory (jobs are gone when the node ends)"
        case .sqlite(let path): "\(Self.relative(path, to: configuration.directory)) (SQLite, \(jobs))"
        case .redis(let redis): "\(redis.endpoint) (namespace \(redis.namespace), \(isStoreAway ? "away" : jobs))"
        }
    }

    private func names(_ names: some Collection<String>) -> String {
        let sorted = names.sorted()
        guard sorted.count > 6 else { return sorted.isEmpty ? "none" : sorted.joined(separator: ", ") }
        return sorted.prefix(5).joined(separator: ", ") + ", and \(sorted.count - 5) more"
    }

    private static func relative(_ path: String, to folder: String) -> String {
        path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
    }
}
