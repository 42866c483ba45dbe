import MainspringCore

/// The order in which services start; they stop in reverse.
public enum StartOrder {
    /// Dependencies first, otherwise as declared.
    ///
    /// Throws `configuration` for a name that is declared twice, a dependency that is not declared, or a circle of
    /// dependencies, which it names.
    public static func of(_ specs: [ChildSpec]) throws -> [ChildSpec] {
        var ordered: [ChildSpec] = []
        var placed: Set<String> = []
        let names = Set(specs.map(\.name))
        guard names.count == specs.count else {
            throw MainspringError(.configuration, "two children have the same name", hint: "Rename one of them.")
        }
        for spec in specs {
            for name in spec.dependsOn where !names.contains(name) {
                let nearest = NearestName.of(name, among: names.sorted())
                throw MainspringError(
                    .configuration, "\(spec.name) depends on \(name), which is not declared",
                    hint: nearest.map { "Did you mean \($0)?" } ?? "Declare it.")
            }
        }
        var rest = specs
        while !rest.isEmpty {
            guard let index = rest.firstIndex(where: { placed.isSuperset(of: $0.dependsOn) }) else {
                throw MainspringError(
                    .configuration, "these wait for each other: \(rest.map(\.name).joined(separator: ", "))",
                    hint: "Remove one depends_on of the circle.")
            }
            let spec = rest.remove(at: index)
            placed.insert(spec.name)
            ordered.append(spec)
        }
        return ordered
    }
}
