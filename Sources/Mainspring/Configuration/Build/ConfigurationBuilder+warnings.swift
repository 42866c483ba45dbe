import MainspringCore
import MainspringRuntime

extension ConfigurationBuilder {
    /// What is valid, and will surprise somebody when the node stops.
    ///
    /// Services are stopped after the jobs, and get what these left of `grace` and `cancel`, but at least a fixed time. When
    /// even an idle node leaves them too little, something is always killed. When only jobs that use the whole `grace` do
    /// so, it matters for what somebody said it needs: a default timeout is a limit, and most services take none of it.
    func stopWarnings(
        _ supervision: SupervisionConfiguration, shutdown: Configuration.Shutdown, jobs: [JobConfiguration]
    ) -> [ConfigurationProblem] {
        let least = ShutdownPolicy.leastForServices
        let whole = shutdown.grace + shutdown.cancel
        let chain = StopChain.longest(in: supervision) { stopTimeout(of: $0)?.duration ?? .zero }
        if chain.total > max(least, whole) {
            let budget =
                whole > least ? "\(whole.text) of shutdown.grace and shutdown.cancel" : "\(least.text) that are left"
            return [
                warning(
                    chain, "more than the \(budget), although no job runs: what is left is killed",
                    hint:
                        "lower a stop.timeout, depend on less, or raise shutdown.grace to \((chain.total - shutdown.cancel).text)"
                )
            ]
        }
        let declared = StopChain.longest(in: supervision) { name in
            stopTimeout(of: name).flatMap { $0.isDeclared ? $0.duration : nil } ?? .zero
        }
        let longestJob = jobs.map { $0.timeout + $0.action.killAfter }.max() ?? .zero
        let byJobs = min(shutdown.grace, longestJob)
        guard declared.total > max(least, whole - byJobs) else { return [] }
        return [
            warning(
                declared,
                "and have only \(max(least, whole - byJobs).text) when jobs use \(byJobs.text) of shutdown.grace: what is left is killed",
                hint:
                    "lower a stop.timeout, or raise shutdown.cancel to \((declared.total + byJobs - shutdown.grace).text)"
            )
        ]
    }

    private func stopTimeout(of name: String) -> (duration: Duration, isDeclared: Bool)? {
        guard let stop = stopSection(of: name), let duration = stop.duration("timeout") else { return nil }
        return (duration, stop.node["timeout"]?.origin != .fallback)
    }

    private func stopSection(of name: String) -> SettingReader? {
        (root.section("services")?.section(name) ?? root.section("loops")?.section(name))?.section("stop")
    }

    /// Stands at the longest timeout of the chain.
    private func warning(_ chain: StopChain, _ consequence: String, hint: String) -> ConfigurationProblem {
        let longest = chain.links.max { $0.timeout < $1.timeout }
        let stop = longest.flatMap { stopSection(of: $0.name) } ?? root
        let origin = stop.origin(of: "timeout")
        let names = chain.links.map { "\($0.name) (\($0.timeout.text))" }
        return ConfigurationProblem(
            source: origin.source(file: problems.file), line: origin.line, key: stop.path(of: "timeout"),
            message: "\(names.joined(separator: ", then ")) may take \(chain.total.text) to stop, \(consequence)",
            hint: hint)
    }
}

extension JobConfiguration.Action {
    fileprivate var killAfter: Duration {
        switch self {
        case .command(let command): command.killAfter
        case .call: .zero
        }
    }
}
