import Mainspring
import MainspringCore
import MainspringExecutors
import MainspringRuntime
import Testing

@Suite("Where values come from")
struct SourcesTests {
    @Test("flags win over the environment, which wins over the file, which wins over defaults")
    func precedence() throws {
        let text = "name: file\nlog: { level: debug }\nstore: memory\n"
        let environment = [
            "MAINSPRING_NAME": "env", "MAINSPRING_HTTP_BIND": "127.0.0.1:1", "MAINSPRING_STORE": "sqlite:x.db",
            "MAINSPRING_NODE": "",
        ]
        let flag = ConfigurationFlag(key: "http.bind", value: "127.0.0.1:2", name: "--bind")
        let configuration = try configuration(text, environment: environment, flags: [flag])
        #expect(configuration.name == "env")
        #expect(configuration.http.bind.ports == 2...2)
        #expect("\(configuration.log.level)" == "debug")
        #expect(configuration.store.backend == .sqlite(path: "/elsewhere/x.db"))
        #expect(configuration.node == "host")
    }

    @Test("a bad value names the variable or the flag it came from")
    func badSources() {
        let flag = ConfigurationFlag(key: "shutdown.grace", value: "soon", name: "--grace")
        let unknown = ConfigurationFlag(key: "jobs.a.timeout", value: "1s", name: "--x")
        #expect(
            problems("nmae: x", environment: ["MAINSPRING_LOG_LEVEL": "loud"], flags: [flag, unknown]) == [
                "mainspring.yaml:1: nmae: unknown key; did you mean 'name'?",
                "--x: jobs.a.timeout: no flag can set this key",
                "--grace: shutdown.grace: must be a duration such as 250ms, 30s, 5m, 12h or 7d",
                "MAINSPRING_LOG_LEVEL: log.level: must be one of trace, debug, info, notice, warning, error, critical",
            ])
    }

    @Test("variables are put in once, as text")
    func interpolation() throws {
        let configuration = try configuration(
            """
            name: ${A}-${B:-two}
            node: ${EMPTY:-${A}
            queues: { default: { workers: "${N}" } }
            jobs:
              a:
                exec: ["./a", "${YAML}", "$${HOME}", "$5", "{x}", "${BRACES}"]
                args: { x: string }
            """.replacing("${EMPTY:-${A}", with: "${EMPTY:-three}"),
            environment: ["A": "one", "EMPTY": "", "N": "3", "YAML": "[a: ${A}]\nb: c", "BRACES": "{x}"])
        #expect(configuration.name == "one-two")
        #expect(configuration.node == "three")
        #expect(configuration.queues["default"]?.workers == 3)
        guard case .command(let command) = configuration.jobs["a"]?.action else {
            Issue.record("a is a command")
            return
        }
        let argv = try command.template.argv(with: ["x": "v"], schema: ArgumentSchema(["x": ArgumentRule(.string)]))
        #expect(argv == ["./a", "[a: ${A}]\nb: c", "${HOME}", "$5", "v", "{x}"])
    }

    @Test("a variable that is not set, or is no name, is an error with its line")
    func badInterpolation() {
        #expect(
            problems("name: a\nnode: ${NOPE}\nstate: ${1X}\nlog: { level: '${open' }\n") == [
                "mainspring.yaml:2: node: the environment variable NOPE is not set; set it, or write '${NOPE:-default}'",
                "mainspring.yaml:3: state: no environment variable is named so; write '${NAME}' or '${NAME:-default}'; a literal is '$${'",
                "mainspring.yaml:4: log.level: a '${' has no '}'; a literal '${' is written '$${'",
            ])
    }

    @Test("secrets come from files, environment files are read, and the child gets nothing else")
    func files() throws {
        let folder = try TemporaryFolder()
        try folder.write("Bearer s3cret\n", to: "token")
        try folder.write("# note\nA=1\n  B='two words'\n\nC=x=y\n", to: "job.env")
        let configuration = try configuration(
            """
            jobs:
              call: { http: { url: "https://example.org/x", headers: { Authorization_file: token, X-A: b } } }
              run: { exec: [./run], env_file: job.env, env: { A: "9", KEY_file: token } }
            """, environment: ["PATH": "/bin", "HOME": "/h", "OTHER": "no"], directory: folder.path)
        guard case .call(let call) = configuration.jobs["call"]?.action,
            case .command(let run) = configuration.jobs["run"]?.action
        else {
            Issue.record("one call, one command")
            return
        }
        #expect(call.headers.map(\.name) == ["Authorization", "X-A"])
        #expect(call.headers.map(\.value) == ["Bearer s3cret", "b"])
        #expect(
            run.environment == [
                "PATH": "/bin", "HOME": "/h", "A": "9", "B": "two words", "C": "x=y", "KEY": "Bearer s3cret",
            ])
        #expect(run.workingDirectory == folder.path)
        let shown = configuration.text(showingOrigins: true)
        #expect(!shown.contains("s3cret") && !shown.contains("two words"))
    }

    @Test("files that cannot be read or hold no lines of NAME=VALUE are errors")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("A=1\nnonsense\n", to: "job.env")
        let text = """
            jobs:
              a: { exec: [./a], env_file: job.env }
              b: { exec: [./b], env_file: none.env, env: { X_file: none, X: "1" } }
              c: { http: { url: "http://h/", headers: { Host: a, X-B: "a\\nb", x-b: c } } }
              d: { exec: [./d], env: { MAINSPRING_URL: x, "A B": c } }
            """
        #expect(
            problems(text, directory: folder.path) == [
                "mainspring.yaml:2: jobs.a.env_file: line 2 of the file is not NAME=VALUE",
                "mainspring.yaml:3: jobs.b.env.X_file: the file cannot be read: No such file or directory",
                "mainspring.yaml:3: jobs.b.env_file: the file cannot be read: No such file or directory",
                "mainspring.yaml:4: jobs.c.http.headers.Host: this header is set by Mainspring; leave it out",
                "mainspring.yaml:4: jobs.c.http.headers.X-B: a header's value holds no control characters",
                "mainspring.yaml:4: jobs.c.http.headers.x-b: the header is there twice",
                "mainspring.yaml:5: jobs.d.env.A B: the name must be the name of an environment variable",
                "mainspring.yaml:5: jobs.d.env.MAINSPRING_URL: variables named MAINSPRING_… are set by Mainspring",
            ])
    }

    @Test(
        "a host name that is no node name becomes one",
        arguments: [("my host", "my-host"), ("", "node"), ("h.example", "h.example")])
    func hostNames(host: String, node: String) throws {
        #expect(try configuration("", hostName: host).node == node)
    }

    @Test("services are whole values, in the order of their dependencies")
    func services() throws {
        let configuration = try configuration(
            """
            services:
              bot:
                exec: ["./bot.sh", "{{}}"]
                restart: on-failure
                backoff: { base: 1s, cap: 2s }
                ready: { tcp: "127.0.0.1:9000", within: 10s }
                depends_on: [feed]
                stop: { signal: INT, timeout: 0s }
                cwd: bots
              feed: { exec: [./feed.sh], ready: { http: "http://127.0.0.1:9000/healthz" } }
            """)
        #expect(configuration.services.map(\.name) == ["feed", "bot"])
        let bot = configuration.services[1]
        #expect(bot.command.argv == ["./bot.sh", "{}"])
        #expect(bot.command.workingDirectory == "/nowhere/bots")
        #expect(bot.restart == .onFailure)
        #expect(bot.backoff == RestartBackoff(base: .seconds(1), cap: .seconds(2)))
        #expect(bot.readiness == Readiness(check: .tcp(host: "127.0.0.1", port: 9000), within: .seconds(10)))
        #expect(bot.stop == StopPolicy(signal: 2, timeout: .zero))
        #expect(configuration.services[0].readiness.check == .http("http://127.0.0.1:9000/healthz"))
    }
}
