/// How long children may take to stop, each after those that depend on it.
enum StopTime {
    /// The longest chain of stop timeouts.
    static func longest(of specs: [ChildSpec], strategy: SupervisionPolicy.Strategy) -> Duration {
        guard strategy != .restForOne else { return specs.reduce(.zero) { $0 + $1.stop.timeout } }
        let specs = Dictionary(specs.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var known: [String: Duration] = [:]
        func chain(_ name: String) -> Duration {
            if let time = known[name] { return time }
            guard let spec = specs[name] else { return .zero }
            // A circle is refused elsewhere; here it must only end.
            known[name] = .zero
            let time = spec.stop.timeout + (spec.dependsOn.map(chain).max() ?? .zero)
            known[name] = time
            return time
        }
        return specs.keys.map(chain).max() ?? .zero
    }
}
