import MainspringCore
import MainspringExecutors
import MainspringRuntime

/// The declared services: groups are checked against all of them, even those of which something is wrong.
struct DeclaredServices {
    /// Each after what it depends on, otherwise by name; without those that depend on each other.
    var order: [String]
    /// For every declared service, the declared ones that it depends on.
    var needs: [String: [String]]
    /// Those that are valid.
    var specs: [String: ServiceSpec]
}

extension ConfigurationBuilder {
    mutating func services() -> DeclaredServices {
        let entries = root.entries("services").sorted { $0.name < $1.name }
        let names = entries.map(\.name)
        let known = Set(names)
        var needs: [String: [String]] = [:]
        for (name, section) in entries {
            needs[name] = []
            for (index, item) in (section.node["depends_on"]?.items ?? []).enumerated() {
                guard let other = item.text else { continue }
                if known.contains(other) {
                    needs[name, default: []].append(other)
                } else {
                    unknown(
                        "service", other, among: names, at: item.origin,
                        key: "\(section.path(of: "depends_on"))[\(index)]")
                }
            }
        }
        let (order, cycles) = DependencyOrder.of(names, needs: needs)
        for cycle in cycles {
            guard let section = entries.first(where: { $0.name == cycle[0] })?.reader else { continue }
            problems.add(
                "services depend on each other: \((cycle + [cycle[0]]).joined(separator: " → "))",
                at: section.origin(of: "depends_on"),
                key: section.path(of: "depends_on"))
        }
        var specs: [String: ServiceSpec] = [:]
        for (name, section) in entries { specs[name] = service(name, in: section) }
        return DeclaredServices(order: order, needs: needs, specs: specs)
    }

    private mutating func service(_ name: String, in section: SettingReader) -> ServiceSpec? {
        let command = command(in: section, noun: "service")
        let readiness = readiness(in: section)
        let backoff = backoff(in: section)
        guard let command, let backoff, let restart: ServiceSpec.Restart = section.choice("restart"),
            let stop = stop(in: section)
        else { return nil }
        return ServiceSpec(
            name: name, command: command, restart: restart, backoff: backoff, readiness: readiness,
            dependsOn: section.texts("depends_on"), stop: stop)
    }

    /// By name.
    mutating func loops() -> [LoopConfiguration] {
        root.entries("loops").sorted { $0.name < $1.name }.compactMap { loop($0.name, in: $0.reader) }
    }

    private mutating func loop(_ name: String, in section: SettingReader) -> LoopConfiguration? {
        if root.section("services")?.node[name] != nil {
            problems.add(
                "a service has this name already", at: section.node.origin, key: section.path,
                hint: "services, loops and groups need names of their own")
        }
        let command = command(in: section, noun: "loop")
        let backoff = backoff(in: section)
        let jitter = jitter(in: section)
        let pacing = LoopSpec.Pacing.words.first { $0.word == section.text("pacing") }?.value
        if pacing == .fixedDelay, let overlap = section.node["overlap"], overlap.origin != .fallback {
            problems.add(
                "only means something with 'pacing: rate'", at: overlap.origin, key: section.path(of: "overlap"),
                hint: "leave it out: with 'pacing: delay' no two turns ever meet")
        }
        guard let command, let backoff, let jitter, let pacing, let stop = stop(in: section),
            let every = section.duration("every"), let timeout = section.duration("timeout"),
            let overlap = LoopSpec.Overlap.words.first(where: { $0.word == section.text("overlap") })?.value,
            let first = LoopSpec.First.words.first(where: { $0.word == section.text("first") })?.value,
            let restart: ChildSpec.Restart = section.choice("restart")
        else { return nil }
        let spec = LoopSpec(
            every: every, pacing: pacing, overlap: overlap, jitter: jitter, first: first, timeout: timeout,
            patience: stop.timeout, maxFailures: section.integer("max_failures").map(Int.init))
        return LoopConfiguration(
            name: name, command: command, spec: spec, restart: restart, backoff: backoff, stop: stop)
    }

    /// The jitter of what is done every so often.
    mutating func jitter(in section: SettingReader) -> Duration? {
        guard let jitter = section.duration("jitter"), let every = section.duration("every") else { return nil }
        if jitter < every { return jitter }
        problems.add(
            "must be less than 'every' (\(every.text))", at: section.origin(of: "jitter"),
            key: section.path(of: "jitter"))
        return nil
    }

    private mutating func command(in section: SettingReader, noun: String) -> CommandSpec? {
        let template = template(in: section, schema: nil, noun: noun)
        let environment = environment(in: section)
        guard let argv = try? template?.argv(with: [:], schema: ArgumentSchema()) else { return nil }
        return CommandSpec(
            argv: argv, environment: environment, workingDirectory: absolute(section.text("cwd") ?? "."))
    }

    private func stop(in section: SettingReader) -> StopPolicy? {
        guard let stop = section.section("stop"), let signal = stop.text("signal").flatMap(SignalName.number(of:)),
            let timeout = stop.duration("timeout")
        else { return nil }
        return StopPolicy(signal: signal, timeout: timeout)
    }

    mutating func backoff(in section: SettingReader) -> RestartBackoff? {
        guard let section = section.section("backoff"), let base = section.duration("base"),
            let cap = checkedCap(in: section, base: base)
        else { return nil }
        return RestartBackoff(base: base, cap: cap)
    }

    private mutating func readiness(in section: SettingReader) -> Readiness {
        guard let section = section.section("ready"), let within = section.duration("within") else {
            return Readiness()
        }
        if let url = section.text("http") {
            if !url.hasPrefix("http://") || (try? URLTemplate(url)).map({ !$0.arguments.isEmpty }) ?? true {
                problems.add("must be an http:// URL", at: section.origin(of: "http"), key: section.path(of: "http"))
            }
            return Readiness(check: .http(url), within: within)
        }
        if let address = section.text("tcp").flatMap({ BindAddress(text: $0) }) {
            return Readiness(check: .tcp(host: address.host, port: address.ports.lowerBound), within: within)
        }
        guard let after = section.duration("after") else { return Readiness(within: within) }
        if after >= within {
            problems.add(
                "must be less than 'within' (\(within.text))", at: section.origin(of: "after"),
                key: section.path(of: "after"))
        }
        return Readiness(check: .after(after), within: within)
    }
}
