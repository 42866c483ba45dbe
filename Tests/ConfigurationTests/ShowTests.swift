import Mainspring
import Testing

@Suite("Showing a configuration")
struct ShowTests {
    private let text = """
        name: market
        node: ${WHO:-m-1}
        http: { hosts: [a.example] }
        queues: { reports: { workers: 1 } }
        jobs:
          scan:
            exec: ["./scan.sh", "{symbol}", "--key=${API_KEY}", "a, b: 'c' \\"d\\" $${E}"]
            args: { symbol: string, doc: { type: json, optional: true } }
            env: { MODE: fast }
          call: { http: { url: "http://127.0.0.1/x?token=abc&y={n}", headers: { Authorization: "Bearer zzz" } }, args: { n: integer } }
        schedules:
          s: { every: 3m, job: scan, args: { symbol: "true", doc: { a: [1, "1", "x, y"] } } }
        services:
          bot: { exec: [./bot.sh], depends_on: [feed] }
          feed: { exec: [./feed.sh], ready: { http: "http://user:pw@127.0.0.1/" } }
        supervision: { max_restarts: 9, groups: { g: { services: [feed, bot, beat], strategy: rest-for-one } } }
        loops:
          beat: { exec: [./beat.sh], every: 1m, overlap: queue, max_failures: 3 }
        """

    @Test("origins are named and secrets are not shown")
    func origins() throws {
        let environment = ["API_KEY": "k3y", "MAINSPRING_LOG_LEVEL": "debug"]
        let flag = ConfigurationFlag(key: "state", value: "/var/x", name: "--state")
        let shown = try configuration(
            text.replacing("user:pw@", with: ""), environment: environment, flags: [flag]
        ).text(showingOrigins: true)
        let lines = shown.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        for line in [
            "name: market # mainspring.yaml:1", "node: m-1 # mainspring.yaml:2 with WHO",
            "state: /var/x # flag --state",
            "level: debug # environment MAINSPRING_LOG_LEVEL", "grace: 18s # default",
            "hosts: [a.example] # mainspring.yaml:3",
            "MODE: *** # mainspring.yaml:9", "Authorization: *** # mainspring.yaml:10", "workers: 10 # default",
        ] {
            #expect(lines.contains(line), "\(line) in \(shown)")
        }
        for secret in ["k3y", "fast", "zzz", "abc"] { #expect(!shown.contains(secret), "\(secret)") }
    }

    @Test("credentials in a URL are refused where they are never needed")
    func credentials() {
        #expect(
            problems(text, environment: ["API_KEY": "k"]) == [
                "mainspring.yaml:15: services.feed.ready.http: must be an http:// URL"
            ])
    }

    @Test("what is shown reads back as the same configuration")
    func roundTrip() throws {
        let plain = text.replacing("user:pw@", with: "").replacing("${API_KEY}", with: "k").replacing(
            "token=abc&", with: ""
        )
        .replacing("    env: { MODE: fast }\n", with: "").replacing(
            ", headers: { Authorization: \"Bearer zzz\" }", with: "")
        let first = try configuration(plain)
        let second = try configuration(first.text())
        #expect(second.jobs == first.jobs)
        #expect(second.services == first.services)
        #expect(second.loops == first.loops && second.supervision == first.supervision)
        #expect(second.schedules == first.schedules)
        #expect(second.queues == first.queues)
        #expect(second.http == first.http && second.store == first.store && second.node == first.node)
        #expect(second.text() == first.text())
    }

    @Test("a problem is one line: file, line, key, and what was meant")
    func report() throws {
        let error = try #require(throws: ConfigurationErrors.self) {
            try configuration("jobs:\n  scan: { exec: [./s], time_out: 1s }\n")
        }
        #expect(
            error.description
                == "mainspring.yaml:2: jobs.scan.time_out: unknown key; did you mean 'timeout'?")
    }
}
