/// Puts names into an order in which each stands after what it needs.
enum DependencyOrder {
    /// `cycles` holds each cycle once; names in one, or behind one, are not in `order`.
    static func of(_ names: [String], needs: [String: [String]]) -> (order: [String], cycles: [[String]]) {
        var order: [String] = []
        var placed: Set<String> = []
        var before = -1
        while placed.count > before {
            before = placed.count
            for name in names where !placed.contains(name) && (needs[name] ?? []).allSatisfy(placed.contains) {
                order.append(name)
                placed.insert(name)
            }
        }
        var cycles: [[String]] = []
        var seen = placed
        for start in names where !seen.contains(start) {
            // Every name that is left needs another one that is left, so walking on must come back to a name.
            var walk: [String] = []
            var current = start
            while !walk.contains(current), !seen.contains(current),
                let next = needs[current]?.first(where: { !placed.contains($0) })
            {
                walk.append(current)
                current = next
            }
            if let first = walk.firstIndex(of: current) {
                let cycle = walk[first...]
                let least = cycle.firstIndex(of: cycle.min() ?? current) ?? first
                cycles.append(Array(cycle[least...] + cycle[..<least]))
            }
            seen.formUnion(walk)
        }
        return (order, cycles)
    }
}
