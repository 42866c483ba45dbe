import MainspringCore
import MainspringRuntime
import Testing

@testable import Mainspring

@Suite("Which children a reload stops and starts")
struct SupervisionChangeTests {
    private static let services = """
        services: { a: { exec: [a] }, b: { exec: [b], depends_on: [a] }, c: { exec: [c], depends_on: [b] }, d: { exec: [d] } }
        loops: { l: { exec: [l], every: 1m } }

        """

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What is replaced in the services above.
        var edit: (String, String) = ("", "")
        var old = "{}"
        var new: String?
        var stops: [String] = []
        var starts: [String] = []
        var groups = ConfigurationChange.Names()
    }

    private static let cases: [Case] = [
        Case(testDescription: "nothing"),
        Case(
            testDescription: "only the changed one, not what depends on it", edit: ("exec: [a]", "exec: [aa]"),
            stops: ["a"],
            starts: ["a"]),
        Case(
            testDescription: "what has other dependencies",
            edit: ("[b] }, d: { exec: [d]", "[b] }, d: { exec: [d], depends_on: [a]"),
            stops: ["d"], starts: ["d"]),
        Case(
            testDescription: "a member of a group, not the group", edit: ("exec: [b]", "exec: [bb]"),
            old: "{ groups: { g: { services: [b, c] } } }", stops: ["g/b"], starts: ["g/b"]),
        Case(
            testDescription: "a loop in a group", edit: ("every: 1m", "every: 2m"),
            old: "{ groups: { g: { services: [l, d] } } }",
            stops: ["g/l"], starts: ["g/l"]),
        Case(
            testDescription: "a group whose policy changed, with its members once", edit: ("exec: [b]", "exec: [bb]"),
            old: "{ groups: { g: { services: [b, c] } } }",
            new: "{ groups: { g: { services: [b, c], max_restarts: 9 } } }", stops: ["g"], starts: ["g"],
            groups: .init(changed: ["g"])),
        Case(
            testDescription: "members that join and leave a group that stays",
            old: "{ groups: { g: { services: [d] } } }", new: "{ groups: { g: { services: [l, d] } } }", stops: ["l"],
            starts: ["g/l"]),
        Case(
            testDescription: "from one group into another",
            old: "{ groups: { g: { services: [d, l] }, h: { services: [a] } } }",
            new: "{ groups: { g: { services: [d] }, h: { services: [a, l] } } }", stops: ["g/l"], starts: ["h/l"]),
        Case(
            testDescription: "a new group takes its members, and what depends on them depends on it",
            new: "{ groups: { g: { services: [a] } } }", stops: ["b", "a"], starts: ["g", "b"],
            groups: .init(added: ["g"])),
        Case(
            testDescription: "a group that is gone gives them back", old: "{ groups: { g: { services: [d, l] } } }",
            new: "{}",
            stops: ["g"], starts: ["d", "l"], groups: .init(removed: ["g"])),
        Case(
            testDescription: "of a rest-for-one group all from the first difference on",
            edit: ("exec: [b]", "exec: [bb]"),
            old: "{ groups: { g: { services: [a, b, d, c], strategy: rest-for-one } } }", stops: ["g/c", "g/d", "g/b"],
            starts: ["g/b", "g/d", "g/c"]),
        Case(
            testDescription: "of a rest-for-one group the new order",
            old: "{ groups: { g: { services: [d, l, a], strategy: rest-for-one } } }",
            new: "{ groups: { g: { services: [d, a, l], strategy: rest-for-one } } }", stops: ["g/a", "g/l"],
            starts: ["g/a", "g/l"]),
        Case(
            testDescription: "of a rest-for-one root too", edit: ("exec: [b]", "exec: [bb]"),
            old: "{ strategy: rest-for-one }",
            stops: ["l", "d", "c", "b"], starts: ["b", "c", "d", "l"]),
        Case(
            testDescription: "in any other group the order means nothing",
            old: "{ groups: { g: { services: [d, l, a] } } }",
            new: "{ groups: { g: { services: [l, d, a] } } }"),
    ]

    @Test(arguments: cases)
    func paths(_ test: Case) throws {
        let edited = test.edit.0.isEmpty ? Self.services : Self.services.replacing(test.edit.0, with: test.edit.1)
        let change = ConfigurationChange(
            from: try configuration(Self.services + "supervision: " + test.old),
            to: try configuration(edited + "supervision: " + (test.new ?? test.old)))
        #expect(change.stops.map(\.description) == test.stops)
        #expect(change.starts.map(\.description) == test.starts)
        #expect(change.groups == test.groups)
    }

    @Test("a name that is a loop now is another child")
    func kinds() throws {
        let change = ConfigurationChange(
            from: try configuration("services: { x: { exec: [x] } }"),
            to: try configuration("loops: { x: { exec: [x], every: 1m } }"))
        #expect(change.services.removed == ["x"] && change.loops.added == ["x"])
        #expect(change.stops.map(\.kind) == [.command] && change.starts.map(\.kind) == [.loop])
    }
}
