import MainspringCore
import MainspringJobs
import MainspringRuntime

/// The whole node as surfaces see it, and what they may do to it.
struct NodeOverview: NodeControl {
    let configuration: Configuration
    let status: NodeStatus
    let jobs: JobSystem
    let supervisor: Supervisor
    let ending: NodeEnding
    let register: ZombieRegister
    let resources: Resources
    let time: any TimeSource

    func tree() -> [ChildStatus] {
        [jobsPart, part("listener", detail: nil)] + resourcesPart + supervisor.tree()
    }

    /// What was provided and is open; nothing when nothing is.
    private var resourcesPart: [ChildStatus] {
        let open = resources.open
        guard !open.isEmpty else { return [] }
        var all = part("resources", detail: nil)
        all.children = open.map { part($0, detail: nil) }
        return [all]
    }

    private var jobsPart: ChildStatus {
        let now = time.now()
        let running = jobs.engine.runningAttempts().map { $0.status(at: now) }
        let kindCount = jobs.engine.registry.kinds.count
        let kinds = kindCount == 1 ? "1 kind" : "\(kindCount) kinds"
        let count = running.count == 1 ? "1 job runs" : "\(running.count) jobs run"
        let draining = isDraining ? "draining, so it takes no more; " : ""
        var part = part("jobs", detail: "\(draining)\(count), of \(kinds)")
        if jobs.engine.isQuiet { part.state = .stopping }
        part.children = running
        return part
    }

    private func part(_ name: String, detail: String?) -> ChildStatus {
        ChildStatus(
            name: name, kind: .part, state: .running, isReady: true, since: status.startedAt,
            startedAt: status.startedAt, detail: detail)
    }

    var zombies: Int { register.count }

    var isDraining: Bool { jobs.engine.isDraining }

    var isLeading: Bool { jobs.isLeading }

    func drain(_ isOn: Bool) { jobs.drain(isOn) }

    func runtime() -> RuntimeReport { RuntimeReport.take(zombies: register, resources: resources) }

    func rehearseStop() -> ShutdownRehearsal {
        let now = time.now()
        let running = jobs.engine.runningAttempts().map { attempt in
            ShutdownRehearsal.Job(
                name: attempt.displayName,
                timeLeft: jobs.engine.registry.kinds[attempt.lease.job.kind].map {
                    $0.timeout - (now - attempt.startedAt)
                })
        }
        return ShutdownRehearsal(
            jobs: running, services: supervisor.tree(), policy: configuration.shutdown.policy)
    }

    func stop() { ending.stop(.asked) }

    /// One line for people: `2 jobs running, 3 services, ready`.
    func sentence() -> String {
        let jobs = jobs.engine.runningAttempts().count
        let services = supervisor.running().count
        let phase = status.phase()
        let state = phase != .running ? phase.rawValue : status.readiness().isReady ? "ready" : "not ready"
        return "\(jobs) job\(jobs == 1 ? "" : "s") running, \(services) service\(services == 1 ? "" : "s"), \(state)"
    }
}

extension Configuration.Shutdown {
    var policy: ShutdownPolicy { ShutdownPolicy(grace: grace, cancel: cancel) }
}
