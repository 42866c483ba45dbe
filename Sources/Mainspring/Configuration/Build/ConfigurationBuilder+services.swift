import MainspringCore
import MainspringExecutors
import MainspringRuntime

extension ConfigurationBuilder {
    /// Each after what it depends on; services that have nothing to do with each other stand by name.
    mutating func services() -> [ServiceSpec] {
        let entries = root.entries("services").sorted { $0.name < $1.name }
        let names = entries.map(\.name)
        var needs: [String: [String]] = [:]
        for (name, section) in entries {
            needs[name] = []
            for (index, item) in (section.node["depends_on"]?.items ?? []).enumerated() {
                guard let other = item.text else { continue }
                if names.contains(other) {
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
        return order.compactMap { specs[$0] }
    }

    private mutating func service(_ name: String, in section: SettingReader) -> ServiceSpec? {
        let template = template(in: section, schema: nil)
        let readiness = readiness(in: section)
        let backoff = backoff(in: section)
        let environment = environment(in: section)
        guard let template, let backoff, let restart: ServiceSpec.Restart = section.choice("restart"),
            let stop = section.section("stop"),
            let signal = stop.text("signal").flatMap(SignalName.number(of:)), let timeout = stop.duration("timeout"),
            let argv = try? template.argv(with: [:], schema: ArgumentSchema())
        else { return nil }
        let command = CommandSpec(
            argv: argv, environment: environment, workingDirectory: absolute(section.text("cwd") ?? "."))
        return ServiceSpec(
            name: name, command: command, restart: restart, backoff: backoff, readiness: readiness,
            dependsOn: section.texts("depends_on"), stop: StopPolicy(signal: signal, timeout: timeout))
    }

    private mutating func backoff(in section: SettingReader) -> RestartBackoff? {
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
