import MainspringCore

/// The order in which services start; they stop in reverse.
public enum StartOrder {
    /// Dependencies first, otherwise as declared.
    ///
    /// Throws `configuration` for a name that is declared twice, a dependency that is not declared, or a circle of
    /// dependencies, which it names.
    public static func of(_ specs: [ChildSpec]) throws -> [ChildSpec] {
        let positions = Dictionary(specs.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
        guard positions.count == specs.count else {
            throw MainspringError(.configuration, "two children have the same name", hint: "Rename one of them.")
        }
        var dependents: [[Int]] = Array(repeating: [], count: specs.count)
        for (position, spec) in specs.enumerated() {
            for name in spec.dependsOn {
                guard let dependency = positions[name] else {
                    let nearest = NearestName.of(name, among: positions.keys.sorted())
                    throw MainspringError(
                        .configuration, "\(spec.name) depends on \(name), which is not declared",
                        hint: nearest.map { "Did you mean \($0)?" } ?? "Declare it.")
                }
                dependents[dependency].append(position)
            }
        }
        var missing = specs.map(\.dependsOn.count)
        var ordered: [ChildSpec] = []
        // The first declared of them is the last here.
        var free = specs.indices.reversed().filter { missing[$0] == 0 }
        while let position = free.popLast() {
            ordered.append(specs[position])
            for dependent in dependents[position] {
                missing[dependent] -= 1
                guard missing[dependent] == 0 else { continue }
                free.insert(dependent, at: free.lastIndex { $0 > dependent }.map { $0 + 1 } ?? 0)
            }
        }
        guard ordered.count == specs.count else {
            let rest = specs.indices.filter { missing[$0] > 0 }.map { specs[$0].name }
            throw MainspringError(
                .configuration, "these wait for each other: \(rest.joined(separator: ", "))",
                hint: "Remove one depends_on of the circle.")
        }
        return ordered
    }
}
