import Mainspring
import MainspringCore
import Testing

@Suite("Validation")
struct ValidationTests {
    @Test("every problem comes at once, by line, with the nearest key or value")
    func everything() {
        let text = """
            name: my market
            http: { bnd: "127.0.0.1:1", body_limit: 8MB }
            shutdown: { grace: -5s, cancel: 7 }
            log: { level: inof, format: [text] }
            queues:
              default: { workers: 0 }
              fast: { workers: 1.5, limit: lots }
            jobs:
              scan:
                exec: ./scan.sh
                time_out: 30s
                retry: { max: 0, backoff: exponental, base: 1m, cap: 5s }
              both: { exec: [./a], http: { url: "http://x/" } }
              none: { queue: default }
            colour: red
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:1: name: must be a name of up to 64 letters, digits, '.', '_' and '-'",
                "mainspring.yaml:2: http.bnd: unknown key; did you mean 'bind'?",
                "mainspring.yaml:2: http.body_limit: must be a size such as 64KiB or 8MiB",
                "mainspring.yaml:3: shutdown.grace: must not be negative",
                "mainspring.yaml:3: shutdown.cancel: must be a duration such as 250ms, 30s, 5m, 12h or 7d",
                "mainspring.yaml:4: log.level: must be one of trace, debug, info, notice, warning, error, critical; did you mean 'info'?",
                "mainspring.yaml:4: log.format: is a list, but must be one of text, json",
                "mainspring.yaml:6: queues.default.workers: must be from 1 to 1000",
                "mainspring.yaml:7: queues.fast.workers: must be a whole number",
                "mainspring.yaml:7: queues.fast.limit: must be a whole number",
                "mainspring.yaml:10: jobs.scan.exec: must be a list, but is a single value; a list is written [a, b]",
                "mainspring.yaml:11: jobs.scan.time_out: unknown key; did you mean 'timeout'?",
                "mainspring.yaml:12: jobs.scan.retry.max: must be from 1 to 1000",
                "mainspring.yaml:12: jobs.scan.retry.backoff: must be one of fixed, linear, exponential; did you mean 'exponential'?",
                "mainspring.yaml:12: jobs.scan.retry.cap: must be at least 'base' (1m)",
                "mainspring.yaml:13: jobs.both: only one of 'exec' or 'http' can be given",
                "mainspring.yaml:14: jobs.none: 'exec' or 'http' is missing",
                "mainspring.yaml:15: colour: unknown key; known here: name, node, state, store, http, shutdown, log, retention, "
                    + "queues, jobs, services, supervision, loops, schedules",
            ])
    }

    @Test("references to what is not declared name the nearest")
    func references() {
        let text = """
            queues: { reports: {} }
            jobs:
              scan:
                exec: ["./scan.sh", "{symbl}"]
                args: { symbol: string, depth: { type: integer, optional: true } }
                queue: report
                unique: { by: [symbols] }
            services:
              bot: { exec: [./bot], depends_on: [fed] }
              feed: { exec: [./feed, "{x}"] }
            schedules:
              a: { every: 1m, job: scam }
              b: { every: 1m, job: scan, args: { sybmol: A } }
              c: { every: 1m, job: scan, args: { symbol: A, depth: deep } }
              d: { every: 1m, job: scan, args: { symbol: -A }, jitter: 2m }
              e: { job: scan }
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:4: jobs.scan.exec[1]: no argument 'symbl' is declared; did you mean 'symbol'?",
                "mainspring.yaml:6: jobs.scan.queue: no queue 'report' is declared; did you mean 'reports'?",
                "mainspring.yaml:7: jobs.scan.unique.by[0]: no argument 'symbols' is declared; did you mean 'symbol'?",
                "mainspring.yaml:9: services.bot.depends_on[0]: no service 'fed' is declared; did you mean 'feed'?",
                "mainspring.yaml:10: services.feed.exec[1]: '{x}': a service has no arguments; a brace itself is written '{{'",
                "mainspring.yaml:12: schedules.a.job: no job 'scam' is declared; did you mean 'scan'?",
                "mainspring.yaml:13: schedules.b.args.sybmol: no argument 'sybmol' is declared; did you mean 'symbol'?",
                "mainspring.yaml:13: schedules.b.args: 'symbol' is missing",
                "mainspring.yaml:14: schedules.c.args.depth: 'depth' must be an integer",
                "mainspring.yaml:15: schedules.d.jitter: must be less than 'every' (1m)",
                "mainspring.yaml:15: schedules.d.args.symbol: 'symbol' starts with '-'; declare 'dash: true' to take it",
                "mainspring.yaml:16: schedules.e: 'every' is missing; a duration such as 250ms, 30s, 5m, 12h or 7d belongs here",
                "mainspring.yaml:16: schedules.e.args: 'symbol' is missing",
            ])
    }

    @Test("services that depend on each other are named as a walk")
    func cycles() {
        let text = """
            services:
              c: { exec: [c], depends_on: [a] }
              a: { exec: [a], depends_on: [b] }
              b: { exec: [b], depends_on: [c] }
              me: { exec: [me], depends_on: [me] }
              behind: { exec: [x], depends_on: [a] }
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:3: services.a.depends_on: services depend on each other: a → b → c → a",
                "mainspring.yaml:5: services.me.depends_on: services depend on each other: me → me",
            ])
    }

    @Test(
        "a bind that others can reach is refused under a code of its own",
        arguments: ["0.0.0.0:80", "[::]:8501", "10.0.0.1:1-2", "example.org:80"])
    func openBind(bind: String) throws {
        let error = try #require(throws: ConfigurationErrors.self) { try configuration("http: { bind: '\(bind)' }") }
        #expect(error.code == .openBind)
        let mixed = try #require(throws: ConfigurationErrors.self) {
            try configuration("http: { bind: '\(bind)' }\nnaem: x\n")
        }
        #expect(mixed.code == .configuration)
        #expect(mixed.problems.count == 2)
    }

    @Test("loopback binds are taken", arguments: ["127.0.0.1:0", "localhost:8501", "[::1]:8501-8502", "127.9.9.9:1"])
    func loopback(bind: String) {
        #expect(problems("http: { bind: '\(bind)' }").isEmpty)
    }

    @Test(
        "binds that are none are refused",
        arguments: [
            "8501", "127.0.0.1", "127.0.0.1:", "127.0.0.1:9-8", "127.0.0.1:70000", ":80", "::1:80", "127.0.0.1:0-9",
            "127.0.0.1:1-2-3",
        ])
    func badBinds(bind: String) {
        #expect(problems("http: { bind: '\(bind)' }").count == 1)
    }

    @Test("values of later versions are refused by name")
    func laterValues() {
        #expect(
            problems("http: { auth: token }\nqueues: { q: { when_full: shed } }") == [
                "mainspring.yaml:1: http.auth: 'token' is not in this version; use none",
                "mainspring.yaml:2: queues.q.when_full: 'shed' is not in this version; use reject",
            ])
    }

    @Test("declarations of arguments are checked themselves")
    func argumentDeclarations() {
        let text = """
            jobs:
              a:
                exec: [./a]
                args:
                  one: sting
                  two: { type: string, pattern: "[" }
                  three: { type: integer, enum: [1, x] }
                  four: { type: integer, pattern: "x" }
                  "five six": string
                cwd: /tmp
              b: { http: { url: "http://h/" }, cwd: /tmp }
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:5: jobs.a.args.one.type: must be one of string, integer, number, boolean, json; did you mean 'string'?",
                "mainspring.yaml:6: jobs.a.args.two.pattern: is not a regular expression",
                "mainspring.yaml:7: jobs.a.args.three.enum[1]: 'three' must be an integer",
                "mainspring.yaml:8: jobs.a.args.four.pattern: only means something for strings",
                "mainspring.yaml:9: jobs.a.args.five six: the name must be a name of up to 64 letters, digits, '.', '_' and '-'",
                "mainspring.yaml:11: jobs.b.cwd: only means something beside 'exec'",
            ])
    }

    @Test("the declared type decides how a schedule's argument is read")
    func argumentTypes() throws {
        let configuration = try configuration(
            """
            jobs:
              a:
                exec: [./a]
                args: { s: string, t: string, i: integer, n: number, b: boolean, j: json, e: integer }
            schedules:
              x: { every: 1m, job: a, args: { s: NO, t: 1.10, i: 7, n: 2.50, b: true, j: { k: [1, "1", null, yes] }, e: "${N}" } }
            """, environment: ["N": "12"])
        #expect(
            configuration.schedules["x"]?.arguments == [
                "s": "NO", "t": "1.10", "i": 7, "n": .number("2.50"), "b": true, "j": ["k": [1, "1", .null, "yes"]],
                "e": 12,
            ])
    }

    @Test("what is missing in a block is named on the line of the block's own key")
    func blocks() {
        #expect(
            problems("jobs:\n\n  scan:\n    queue: default\n  empty:\n") == [
                "mainspring.yaml:3: jobs.scan: 'exec' or 'http' is missing",
                "mainspring.yaml:5: jobs.empty: 'exec' or 'http' is missing",
            ])
    }
}
