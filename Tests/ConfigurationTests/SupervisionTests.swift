import MainspringCore
import MainspringRuntime
import Testing

@testable import Mainspring

@Suite("Groups and the supervision of all")
struct SupervisionTests {
    private let services = """
        services:
          db: { exec: [db] }
          feed: { exec: [feed], depends_on: [db] }
          bot: { exec: [bot], depends_on: [feed] }
          web: { exec: [web], depends_on: [bot] }
        loops:
          beat: { exec: [beat], every: 1m }

        """

    @Test("what is not said is one-for-one, three restarts within 5s, and backing off")
    func defaults() throws {
        let supervision = try configuration(services).supervision
        #expect(supervision.policy == SupervisionPolicy())
        #expect(supervision.groups.isEmpty)
        #expect(supervision.root.map(\.name) == ["beat", "db", "feed", "bot", "web"])
        #expect(supervision.root.map(\.dependsOn) == [[], [], ["db"], ["feed"], ["bot"]])
    }

    @Test("groups are whole values, and dependencies across them belong to the groups")
    func groups() throws {
        let text =
            services + """
                supervision:
                  strategy: one-for-all
                  max_restarts: 0
                  within: 1m
                  on_exhausted: escalate
                  groups:
                    work: { services: [feed, beat, bot], strategy: rest-for-one, on_exhausted: fail, backoff: { base: 1s } }
                    face: { services: [web] }
                """
        let supervision = try configuration(text).supervision
        #expect(
            supervision.policy
                == SupervisionPolicy(strategy: .oneForAll, maxRestarts: 0, within: .seconds(60), onExhausted: .escalate)
        )
        #expect(
            supervision.root == [
                SupervisedMember(kind: .command, name: "db"), SupervisedMember(kind: .group, name: "work", ["db"]),
                SupervisedMember(kind: .group, name: "face", ["work"]),
            ])
        #expect(supervision.groups.map(\.name) == ["face", "work"])
        #expect(supervision.groups[0].policy == SupervisionPolicy())
        #expect(supervision.groups[0].members == [SupervisedMember(kind: .command, name: "web")])
        let work = supervision.groups[1]
        #expect(work.policy == SupervisionPolicy(strategy: .restForOne, onExhausted: .fail))
        #expect(work.backoff == RestartBackoff(base: .seconds(1)))
        #expect(
            work.members == [
                SupervisedMember(kind: .command, name: "feed"), SupervisedMember(kind: .loop, name: "beat"),
                SupervisedMember(kind: .command, name: "bot", ["feed"]),
            ])
    }

    @Test("members of a group without a fixed order start after what they depend on")
    func order() throws {
        let text = services + "supervision: { groups: { g: { services: [web, bot, feed] } } }"
        #expect(try configuration(text).supervision.groups[0].members.map(\.name) == ["feed", "bot", "web"])
    }

    @Test(
        "what cannot be is refused with its line and the nearest name",
        arguments: [
            (
                "{ strategy: one-for-al }",
                "strategy: must be one of one-for-one, one-for-all, rest-for-one; did you mean 'one-for-all'?"
            ),
            ("{ max_restarts: -1 }", "max_restarts: must be from 0 to 1000000"),
            ("{ within: 0s }", "within: must be from 1ms to 365d"),
            (
                "{ on_exhausted: escalates }",
                "on_exhausted: must be one of back_off, fail, escalate; did you mean 'escalate'?"
            ),
            ("{ group: {} }", "group: unknown key; did you mean 'groups'?"),
            ("{ groups: [a] }", "groups: must be a mapping of groups by name, but is a list"),
            ("{ groups: { g: { services: [] } } }", "groups.g.services: must not be empty"),
            (
                "{ groups: { g: } }",
                "groups.g: 'services' is missing; a list; each item is a name of up to 64 letters, digits, '.', '_' and '-' belongs here"
            ),
            (
                "{ groups: { g: { services: [fed] } } }",
                "groups.g.services[0]: no service or loop 'fed' is declared; did you mean 'feed'?"
            ),
            (
                "{ groups: { g: { services: [feed, feed] } } }",
                "groups.g.services[1]: 'feed' is twice in this group; keep one of them"
            ),
            (
                "{ groups: { g: { services: [db, feed] }, h: { services: [feed] } } }",
                "groups.h.services[0]: 'feed' is in the group 'g' too; keep one of them"
            ),
            (
                "{ groups: { g: { services: [db] }, h: { services: [g] } } }",
                "groups.h.services[0]: 'g' is a group, and groups hold services and loops only"
            ),
            (
                "{ groups: { beat: { services: [db] } } }",
                "groups.beat: a loop has this name already; services, loops and groups need names of their own"
            ),
            (
                "{ groups: { web: { services: [db] } } }",
                "groups.web: a service has this name already; services, loops and groups need names of their own"
            ),
            (
                "{ groups: { g: { services: [db], backoff: { cap: 1ms } } } }",
                "groups.g.backoff.cap: must be at least 'base' (500ms)"
            ),
        ])
    func refused(text: String, problem: String) {
        #expect(problems(services + "supervision: \(text)") == ["mainspring.yaml:8: supervision.\(problem)"])
    }

    @Test("a dependency against the order of a rest-for-one group is named where it stands")
    func restForOne() {
        let text =
            services + """
                supervision:
                  groups:
                    g: { services: [bot, db, feed], strategy: rest-for-one }
                """
        #expect(
            problems(text) == [
                "mainspring.yaml:4: services.bot.depends_on[0]: 'feed' starts after 'bot' in the rest-for-one group 'g'; "
                    + "name 'feed' before 'bot' in supervision.groups.g.services"
            ])
        #expect(problems(text.replacing(", strategy: rest-for-one", with: "")) == [])
    }

    @Test("groups that wait for each other are named with the dependencies behind it")
    func circles() {
        let two = services + "supervision: { groups: { g: { services: [db, bot] }, h: { services: [feed, web] } } }"
        #expect(
            problems(two) == [
                "mainspring.yaml:4: services.bot.depends_on[0]: groups wait for each other: g → h → g "
                    + "(bot depends on feed, feed depends on db); put these services in one group"
            ])
        let around = services + "supervision: { groups: { g: { services: [db, web] } } }"
        #expect(
            problems(around) == [
                "mainspring.yaml:4: services.bot.depends_on[0]: groups wait for each other: bot → feed → g → bot "
                    + "(bot depends on feed, feed depends on db, web depends on bot); put these services in one group"
            ])
    }

    @Test("services that depend on each other are named once, not again for their groups")
    func innerCircle() {
        let text = """
            services:
              a: { exec: [a], depends_on: [b] }
              b: { exec: [b], depends_on: [a] }
            supervision: { groups: { g: { services: [a] }, h: { services: [b], strategy: rest-for-one } } }
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:2: services.a.depends_on: services depend on each other: a → b → a"
            ])
    }
}

extension SupervisedMember {
    fileprivate init(kind: ChildKind, name: String, _ dependsOn: [String] = []) {
        self.init(kind: kind, name: name, dependsOn: dependsOn)
    }
}
