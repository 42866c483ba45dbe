import Mainspring
import MainspringCore
import Testing

@Suite("The warning about stops that cannot fit")
struct StopWarningTests {
    private func warnings(_ text: String) throws -> [String] { try configuration(text).warnings.map(\.description) }

    private func services(_ timeouts: [String?], more: String = "") -> String {
        let lines = timeouts.enumerated().map { index, timeout in
            let stop = timeout.map { ", stop: { timeout: \($0) }" } ?? ""
            let needs = index > 0 ? ", depends_on: [s\(index - 1)]" : ""
            return "  s\(index): { exec: [x]\(stop)\(needs) }"
        }
        return "services:\n" + lines.joined(separator: "\n") + "\n" + more
    }

    @Test("an idle node has grace and cancel: up to that nothing is said, above it the chain, the sum and the line are")
    func idle() throws {
        #expect(try warnings(services(["10s", "15s"])) == [])
        #expect(
            try warnings(services(["10s", "15001ms"])) == [
                "mainspring.yaml:3: services.s1.stop.timeout: s1 (15s1ms), then s0 (10s) may take 25s1ms to stop, "
                    + "more than the 25s of shutdown.grace and shutdown.cancel, although no job runs: what is left is killed; "
                    + "lower a stop.timeout, depend on less, or raise shutdown.grace to 18s1ms"
            ])
        #expect(try warnings(services(["10s", "16s"], more: "shutdown: { grace: 19s }")) == [])
    }

    @Test("timeouts that nobody wrote count there too")
    func defaults() throws {
        #expect(try warnings(services(Array(repeating: nil, count: 5))) == [])
        #expect(try warnings(services(Array(repeating: nil, count: 6))).count == 1)
    }

    @Test("services always have five seconds")
    func least() throws {
        let short = "shutdown: { grace: 1s, cancel: 1s }"
        #expect(try warnings(services(["5s"], more: short)) == [])
        #expect(
            try warnings(services(["6s"], more: short)) == [
                "mainspring.yaml:2: services.s0.stop.timeout: s0 (6s) may take 6s to stop, more than the 5s that are left, "
                    + "although no job runs: what is left is killed; "
                    + "lower a stop.timeout, depend on less, or raise shutdown.grace to 5s"
            ])
    }

    @Test("services that do not wait for each other stop at once")
    func parallel() throws {
        #expect(
            try warnings(
                "services: { a: { exec: [x], stop: { timeout: 20s } }, b: { exec: [x], stop: { timeout: 20s } } }")
                == [])
    }

    @Test("with jobs, a written timeout must fit what they leave; one that is the default need not")
    func jobs() throws {
        let jobs = "jobs: { j: { exec: [j] } }"
        #expect(try warnings(services(["7s"], more: jobs)) == [])
        #expect(try warnings(services([nil, nil], more: jobs)) == [])
        #expect(
            try warnings(services(["8s", nil], more: jobs)) == [
                "mainspring.yaml:2: services.s0.stop.timeout: s0 (8s) may take 8s to stop, and have only 7s when jobs use 18s "
                    + "of shutdown.grace: what is left is killed; lower a stop.timeout, or raise shutdown.cancel to 8s"
            ])
        #expect(try warnings(services(["8s"], more: jobs + "\nshutdown: { cancel: 8s }")) == [])
    }

    @Test("jobs take no longer than their timeout and their KILL")
    func shortJobs() throws {
        let job = { (kill: String) in "jobs: { j: { exec: [j], timeout: 10s, kill_after: \(kill) } }" }
        #expect(try warnings(services(["10s"], more: job("5s"))) == [])
        #expect(try warnings(services(["10s"], more: job("6s"))).count == 1)
        #expect(
            try warnings(services(["15s"], more: "jobs: { j: { http: { url: 'http://h/' }, timeout: 10s } }")) == [])
    }

    @Test("the order of a rest-for-one group is a chain, and a group stops before what its members depend on")
    func groups() throws {
        let text = """
            services:
              db: { exec: [x], stop: { timeout: 6s } }
              a: { exec: [x], stop: { timeout: 10s }, depends_on: [db] }
              b: { exec: [x], stop: { timeout: 10s } }
            supervision: { groups: { g: { services: [a, b], strategy: rest-for-one } } }
            """
        #expect(try warnings(text.replacing("rest-for-one", with: "one-for-all")) == [])
        let found = try warnings(text)
        #expect(found.count == 1)
        #expect(found.first?.contains("b (10s), then a (10s), then db (6s) may take 26s to stop") == true)
        let root = text.replacing(
            "groups: { g: { services: [a, b], strategy: rest-for-one } }", with: "strategy: rest-for-one")
        #expect(try warnings(root).first?.contains("a (10s), then db (6s), then b (10s)") == true)
    }

    @Test("a loop's turn is a part of the chain")
    func loops() throws {
        let text = """
            services: { a: { exec: [x] } }
            loops: { l: { exec: [x], every: 1m, stop: { timeout: 21s } } }
            supervision: { groups: { g: { services: [a, l], strategy: rest-for-one } } }
            """
        #expect(
            try warnings(text).first?.hasPrefix("mainspring.yaml:2: loops.l.stop.timeout: l (21s), then a (5s)") == true
        )
    }
}
