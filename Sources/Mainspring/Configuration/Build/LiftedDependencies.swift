/// Dependencies between children of different groups, carried up to the siblings that hold them: a supervisor knows
/// only its own children.
struct LiftedDependencies: Equatable {
    /// One dependency that was declared.
    struct Cause: Equatable {
        var child: String
        var need: String
    }

    /// By the name of a child or a group: the siblings that it depends on, in the order in which they were declared.
    private(set) var siblings: [String: [String]] = [:]
    private var causes: [String: [String: Cause]] = [:]

    /// `groups` holds the group of each child that is in one.
    init(_ children: [String], needs: [String: [String]], groups: [String: String]) {
        for child in children {
            for need in needs[child] ?? [] {
                let isInside = groups[child] != nil && groups[child] == groups[need]
                let from = isInside ? child : groups[child] ?? child
                let to = isInside ? need : groups[need] ?? need
                guard causes[from]?[to] == nil else { continue }
                causes[from, default: [:]][to] = Cause(child: child, need: need)
                siblings[from, default: []].append(to)
            }
        }
    }

    /// The dependencies behind a circle of siblings, one for each step of it.
    func causes(of circle: [String]) -> [Cause] {
        zip(circle, circle.dropFirst() + circle.prefix(1)).compactMap { causes[$0]?[$1] }
    }
}
