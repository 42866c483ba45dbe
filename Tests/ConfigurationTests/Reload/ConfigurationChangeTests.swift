import MainspringCore
import MainspringRuntime
import Testing

@testable import Mainspring

@Suite("What a reload changes")
struct ConfigurationChangeTests {
    private func change(_ old: String, _ new: String, environment: [String: String] = [:]) throws -> ConfigurationChange
    {
        ConfigurationChange(
            from: try configuration(old, environment: environment), to: try configuration(new, environment: environment)
        )
    }

    @Test("the same meaning in other words is no change")
    func nothing() throws {
        let change = try change(
            "log: { level: info }\nservices: { a: { exec: [x], stop: { timeout: 60s } } }\nstore: sqlite",
            "# other\nservices:\n  a:\n    exec: ['x']\n    stop: { timeout: 1m }\nstore: { url: sqlite }")
        #expect(change.isEmpty)
        #expect(change.lines == ["nothing has changed"])
        #expect(change.stops.isEmpty && change.starts.isEmpty && change.logLevel == nil)
    }

    @Test("services, loops, groups and the log's level are applied; the rest needs a restart; each line says which")
    func lines() throws {
        let old = """
            name: a
            http: { hosts: [one] }
            queues: { q: {} }
            jobs: { j: { exec: [j], timeout: 1m } }
            services:
              feed: { exec: [./feed.sh], restart: always }
              gone: { exec: [x] }
            loops: { beat: { exec: [x], every: 1m } }
            schedules: { s: { every: 1m, job: j } }
            """
        let new = """
            name: b
            http: { hosts: [one, two] }
            log: { level: debug, format: json }
            jobs: { j: { exec: [j], timeout: 2m }, k: { exec: [k] } }
            services:
              feed: { exec: [./feed.sh, "9 000"], env_file: /dev/null, ready: { after: 1s } }
              bot: { exec: [x] }
            supervision: { strategy: one-for-all, groups: { g: { services: [bot] } } }
            shutdown: { grace: 20s }
            """
        let change = try change(old, new.replacing(", env_file: /dev/null", with: ""))
        #expect(
            change.lines == [
                "~ name: a → b (needs a restart)",
                "~ http.hosts: [one] → [one, two] (needs a restart)",
                "~ shutdown.grace: 18s → 20s (needs a restart)",
                "~ log.level: info → debug (applied)",
                "~ log.format: text → json (needs a restart)",
                "- queues.q (needs a restart)",
                "~ jobs.j.timeout: 1m → 2m (needs a restart)",
                "+ jobs.k (needs a restart)",
                "~ services.feed.exec: [./feed.sh] → [./feed.sh, \"9 000\"] (applied)",
                "+ services.feed.ready.after: 1s (applied)",
                "- services.gone (applied)",
                "+ services.bot (applied)",
                "~ supervision.strategy: one-for-one → one-for-all (needs a restart)",
                "+ supervision.groups.g (applied)",
                "- loops.beat (applied)",
                "- schedules.s (needs a restart)",
            ])
        #expect(change.services == .init(added: ["bot"], removed: ["gone"], changed: ["feed"]))
        #expect(change.loops == .init(added: [], removed: ["beat"], changed: []))
        #expect(change.groups == .init(added: ["g"], removed: [], changed: []))
        #expect(change.stops.map(\.description) == ["gone", "feed", "beat"])
        #expect(change.starts.map(\.description) == ["feed", "g"])
        #expect(change.logLevel.map { "\($0)" } == "debug")
        #expect(change.applied.count == 7 && change.needsRestart.count == 9)
    }

    @Test("what was applied is no change the next time, and what needs a restart still is")
    func again() throws {
        let old = try configuration("log: { level: info }\nservices: { a: { exec: [x] } }\nname: one")
        let new = try configuration(
            "log: { level: debug }\nservices: { b: { exec: [x] } }\nname: two\nsupervision: { groups: { g: { services: [b] } } }"
        )
        let first = ConfigurationChange(from: old, to: new)
        #expect(first.result.name == "one")
        #expect(first.result.services.map(\.name) == ["b"] && first.result.supervision.groups.map(\.name) == ["g"])
        let second = ConfigurationChange(from: first.result, to: new)
        #expect(second.lines == ["~ name: one → two (needs a restart)"])
        #expect(second.starts.isEmpty && second.stops.isEmpty)
        #expect(ConfigurationChange(from: first.result, to: first.result).isEmpty)
    }

    @Test("secrets are told apart and never shown")
    func secrets() throws {
        let old = """
            jobs: { j: { http: { url: "http://h/?token=aaa", headers: { Authorization: one } } } }
            services: { a: { exec: [x, "${API_KEY:-k1}"], env: { PASS: one, NEW: "1" } } }
            """
        let new = """
            jobs: { j: { http: { url: "http://h/?token=bbb", headers: { Authorization: two } } } }
            services: { a: { exec: [x, "${API_KEY:-k2}"], env: { PASS: two, OTHER: three } } }
            """
        let lines = try change(old, new).lines
        #expect(
            lines == [
                "~ jobs.j.http.url: changed, and not shown (needs a restart)",
                "~ jobs.j.http.headers.Authorization: changed, and not shown (needs a restart)",
                "~ services.a.exec: changed, and not shown (applied)",
                "~ services.a.env.PASS: changed, and not shown (applied)",
                "- services.a.env.NEW: *** (applied)",
                "+ services.a.env.OTHER: *** (applied)",
            ])
    }

    @Test("another content of an environment file changes the service")
    func environmentFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("services: { a: { exec: [x], env_file: e }, b: { exec: [x] } }", to: "m.yaml")
        try folder.write("A=1", to: "e")
        let old = try Configuration.load(path: "m.yaml", environment: [:], workingDirectory: folder.path)
        #expect(ConfigurationChange(from: old, to: try old.reloaded()).isEmpty)
        try folder.write("A=2", to: "e")
        let change = ConfigurationChange(from: old, to: try old.reloaded())
        #expect(change.lines == ["~ services.a: the content of its env_file changed (applied)"])
        #expect(change.services.changed == ["a"])
    }

    @Test("a reload reads the same file under the same environment and flags; a wrong one changes nothing")
    func reloading() throws {
        let folder = try TemporaryFolder()
        try folder.write("name: ${WHO}\nstate: x", to: "m.yaml")
        let flag = ConfigurationFlag(key: "state", value: "/var/x", name: "--state")
        let old = try Configuration.load(
            path: "m.yaml", environment: ["WHO": "me"], flags: [flag], hostName: "h", workingDirectory: folder.path)
        try folder.write("name: ${WHO}2\nstate: y", to: "m.yaml")
        let new = try old.reloaded()
        #expect(new.name == "me2" && new.state == "/var/x" && new.node == "h")
        try folder.write("nmae: x", to: "m.yaml")
        let error = try #require(throws: ConfigurationErrors.self) { try new.reloaded() }
        #expect(
            error.reloadLines == [
                "m.yaml:1: nmae: unknown key; did you mean 'name'?",
                "the configuration has a problem; nothing was changed",
            ])
        let text = try configuration("name: t")
        #expect(ConfigurationChange(from: text, to: try text.reloaded()).isEmpty)
    }

    @Test("long values are cut, and control characters are shown")
    func bounded() throws {
        let long = String(repeating: "x", count: 500)
        let line = try #require(
            try change("services: { a: { exec: [x] } }", "services: { a: { exec: [\(long), \"\\e[0m\"] } }").lines.first
        )
        #expect(line.count < 200 && line.contains("…"))
        #expect(!line.unicodeScalars.contains("\u{1B}"))
    }
}
