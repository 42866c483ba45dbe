import Logging
import MainspringCore
import MainspringRuntime

/// Makes values out of a document that passed the schema, and checks what one value says about another.
struct ConfigurationBuilder {
    var problems: ProblemList
    let root: SettingReader
    let directory: String
    /// Where paths from the environment and from flags start.
    private let workingDirectory: String
    /// What commands get of the daemon's environment.
    let inherited: [String: String]

    init(
        problems: ProblemList, effective: ConfigNode, directory: String, workingDirectory: String,
        environment: [String: String]
    ) {
        self.problems = problems
        self.workingDirectory = workingDirectory
        root = SettingReader(node: effective, path: "")
        self.directory = directory
        inherited = environment.filter { ["PATH", "HOME", "LANG", "TZ"].contains($0.key) }
    }

    /// Nil when anything is wrong; the problems then say what.
    mutating func build() -> Configuration? {
        let state = absolute(root.text("state") ?? ".mainspring", from: root.origin(of: "state"))
        let queues = queues()
        let jobs = jobs(queues: queues)
        let services = services()
        let loops = loops()
        let supervision = supervision(services)
        let schedules = schedules(jobs: jobs)
        guard let http = http(), let store = store(state: state), let timing = timing(), let log = log(),
            let supervision, problems.errors == nil
        else { return nil }
        return Configuration(
            file: problems.file, directory: directory, name: root.text("name") ?? "", node: root.text("node") ?? "",
            state: state,
            store: store, http: http, shutdown: timing.shutdown, log: log, retention: timing.retention,
            queues: queues, jobs: jobs.compactMapValues(\.job),
            services: services.order.compactMap { services.specs[$0] }, loops: loops, supervision: supervision,
            schedules: schedules,
            warnings: stopWarnings(supervision, shutdown: timing.shutdown, jobs: jobs.values.compactMap(\.job)),
            effective: withoutForeignStoreKeys(root.node, store))
    }

    func absolute(_ path: String) -> String {
        FilePath.absolute(path, in: directory)
    }

    func absolute(_ path: String, from origin: ValueOrigin) -> String {
        switch origin {
        case .file, .fallback: absolute(path)
        case .environment, .flag: FilePath.absolute(path, in: workingDirectory)
        }
    }

    private mutating func http() -> HTTPConfiguration? {
        guard let section = root.section("http"), let bind = section.text("bind").flatMap({ BindAddress(text: $0) }),
            let bodyLimit = section.size("body_limit")
        else { return nil }
        if !bind.isLoopback {
            problems.add(
                "a bind that others can reach needs authentication, and this version has none",
                at: section.origin(of: "bind"),
                key: section.path(of: "bind"), hint: "bind to 127.0.0.1, and put a proxy with authentication before it",
                code: .openBind)
        }
        return HTTPConfiguration(bind: bind, hosts: section.texts("hosts"), bodyLimit: bodyLimit)
    }

    private func timing() -> (shutdown: Configuration.Shutdown, retention: Configuration.Retention)? {
        guard let shutdown = root.section("shutdown"), let retention = root.section("retention"),
            let grace = shutdown.duration("grace"), let cancel = shutdown.duration("cancel"),
            let completed = retention.duration("completed"), let cancelled = retention.duration("cancelled"),
            let discarded = retention.duration("discarded")
        else { return nil }
        return (
            Configuration.Shutdown(grace: grace, cancel: cancel),
            Configuration.Retention(completed: completed, cancelled: cancelled, discarded: discarded)
        )
    }

    private func log() -> Configuration.Log? {
        guard let section = root.section("log"), let level: Logger.Level = section.choice("level"),
            let format: NodeLogHandler.Format = section.choice("format")
        else { return nil }
        return Configuration.Log(level: level, format: format)
    }

    private func queues() -> [String: Configuration.Queue] {
        var queues: [String: Configuration.Queue] = [:]
        for (name, section) in root.entries("queues") {
            guard let workers = section.integer("workers"), let limit = section.integer("limit") else { continue }
            queues[name] = Configuration.Queue(workers: Int(workers), limit: Int(limit))
        }
        return queues
    }

    private mutating func schedules(jobs: [String: DeclaredJob]) -> [String: ScheduleConfiguration] {
        var schedules: [String: ScheduleConfiguration] = [:]
        for (name, section) in root.entries("schedules") {
            let jitter = jitter(in: section)
            guard let job = section.text("job") else { continue }
            guard let declared = jobs[job] else {
                unknown("job", job, among: jobs.keys, at: section.origin(of: "job"), key: section.path(of: "job"))
                continue
            }
            let arguments = declared.hasValidArguments ? arguments(in: section, schema: declared.arguments) : [:]
            guard let every = section.duration("every"), let jitter else { continue }
            schedules[name] = ScheduleConfiguration(
                name: name, every: every, job: job, arguments: arguments,
                skipsOverlap: section.text("overlap") != "allow",
                jitter: jitter)
        }
        return schedules
    }

    /// A reference to something that is not declared.
    mutating func unknown(
        _ noun: String, _ name: String, among names: some Collection<String>, at origin: ValueOrigin, key: String
    ) {
        guard !problems.isFull else { return problems.add("no such \(noun)", at: origin, key: key) }
        let hint = NearestName.of(name, among: names.sorted()).map { "did you mean '\($0)'?" }
        let known =
            names.isEmpty ? "no \(noun) is declared" : "declared: \(names.sorted().prefix(20).joined(separator: ", "))"
        problems.add("no \(noun) '\(name)' is declared", at: origin, key: key, hint: hint ?? known)
    }
}
