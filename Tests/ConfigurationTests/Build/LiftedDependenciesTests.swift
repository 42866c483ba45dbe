import Testing

@testable import Mainspring

@Suite("Dependencies across groups")
struct LiftedDependenciesTests {
    typealias Case = (
        needs: [String: [String]], groups: [String: String], siblings: [String: [String]]
    )

    @Test(
        "become dependencies of the siblings that hold both",
        arguments: [
            // Side by side, below the root or in one group.
            (["b": ["a"]], [:], ["b": ["a"]]),
            (["b": ["a"]], ["a": "g", "b": "g"], ["b": ["a"]]),
            // One of the two in a group.
            (["b": ["a"]], ["b": "g"], ["g": ["a"]]),
            (["b": ["a"]], ["a": "g"], ["b": ["g"]]),
            // Each in its own.
            (["b": ["a"]], ["a": "g", "b": "h"], ["h": ["g"]]),
            // The same dependency of the groups twice is one.
            (["b": ["a", "c"], "d": ["a"]], ["a": "g", "c": "g", "b": "h", "d": "h"], ["h": ["g"]]),
            // Both levels at once.
            (["b": ["a", "c"], "c": ["d"]], ["b": "g", "c": "g"], ["b": ["c"], "g": ["a", "d"]]),
        ] as [Case])
    func lifted(_ test: Case) {
        #expect(
            LiftedDependencies(["a", "b", "c", "d"], needs: test.needs, groups: test.groups).siblings == test.siblings)
    }

    @Test("a circle knows one dependency for each of its steps")
    func causes() {
        let lifted = LiftedDependencies(
            ["a", "b", "c", "d"], needs: ["b": ["a"], "c": ["b", "d"]], groups: ["a": "g", "c": "g"])
        #expect(DependencyOrder.of(["b", "d", "g"], needs: lifted.siblings).cycles == [["b", "g"]])
        #expect(
            lifted.causes(of: ["b", "g"]) == [
                LiftedDependencies.Cause(child: "b", need: "a"), LiftedDependencies.Cause(child: "c", need: "b"),
            ])
        #expect(lifted.causes(of: ["a", "d"]) == [])
    }
}
