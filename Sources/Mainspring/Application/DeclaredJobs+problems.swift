import MainspringCore
import MainspringJobs
import MainspringRuntime

extension DeclaredJobs {
    /// Everything that is wrong with them beside the file.
    func problems(against configuration: Configuration) -> [ConfigurationProblem] {
        kindProblems(against: configuration) + queueProblems + scheduleProblems(against: configuration)
    }

    private func kindProblems(against configuration: Configuration) -> [ConfigurationProblem] {
        var taken = configuration.jobs.mapValues { "a job of \(Self.place("jobs", $0.name, in: configuration))" }
        return kinds.flatMap { declared in
            let kind = declared.make(.unused)
            let fault: String? =
                TextFormat.name.problem(with: kind.name)
                ?? (kind.version < 1 ? "its version must be at least 1" : nil)
                ?? (kind.timeout <= .zero ? "its timeout must be longer than nothing" : nil)
                ?? (kind.retry.maxAttempts < 1 ? "its retry policy must have at least 1 attempt" : nil)
                ?? (kind.tags.allSatisfy(JobRequest.isTag) ? nil : "one of its tags is none")
                ?? TextFormat.name.problem(with: kind.queue).map { "its queue \($0)" }
            return Self.problems("kind", declared.name, declared.site, &taken, fault)
        }
    }

    private var queueProblems: [ConfigurationProblem] {
        var taken: [String: String] = [:]
        return queues.flatMap { queue in
            let fault: String? =
                TextFormat.name.problem(with: queue.name)
                ?? (queue.options.workers < 1 ? "it needs at least 1 worker" : nil)
                ?? (queue.options.limit < 1 ? "its limit must be at least 1" : nil)
            return Self.problems("queue", queue.name, queue.site, &taken, fault)
        }
    }

    private func scheduleProblems(against configuration: Configuration) -> [ConfigurationProblem] {
        var taken = configuration.schedules.mapValues {
            "a schedule of \(Self.place("schedules", $0.name, in: configuration))"
        }
        let known = Set(kinds.map(\.name))
        return schedules.flatMap { declared in
            var fault = TextFormat.name.problem(with: declared.name)
            if !known.contains(declared.kind) { fault = fault ?? "its kind \(declared.kind) is not declared" }
            switch declared.schedule {
            case .success(let schedule):
                if schedule.every < .milliseconds(1) { fault = fault ?? "it must wait at least 1 ms between two jobs" }
                if schedule.jitter >= schedule.every { fault = fault ?? "its jitter must be less than its interval" }
            case .failure(let error): fault = fault ?? error.cause ?? error.message
            }
            return Self.problems("schedule", declared.name, declared.site, &taken, fault)
        }
    }

    private static func problems(
        _ noun: String, _ name: String, _ site: SourceSite, _ taken: inout [String: String], _ fault: String?
    ) -> [ConfigurationProblem] {
        func problem(_ message: String, hint: String? = nil) -> [ConfigurationProblem] {
            [ConfigurationProblem(source: site.file, line: site.line, key: name, message: message, hint: hint)]
        }
        if let other = taken[name] {
            return problem("the name of this \(noun) is taken by \(other)", hint: "give one of them another name")
        }
        taken[name] = "what is declared at \(site)"
        return fault.map { problem($0) } ?? []
    }

    /// `mainspring.yaml:12`
    private static func place(_ section: String, _ name: String, in configuration: Configuration) -> String {
        let file = configuration.file.split(separator: "/").last.map(String.init) ?? configuration.file
        let member = configuration.effective[section]?.members?.first { $0.name == name }
        return member.map { "\(file):\($0.line)" } ?? file
    }
}
