import Mainspring
import MainspringCore
import MainspringRuntime
import Testing

@Suite("Loops")
struct LoopTests {
    @Test("a loop of two keys has the defaults of the reference")
    func defaults() throws {
        let loop = try #require(
            try configuration("loops: { beat: { exec: [./beat.sh, '{{}}'], every: 60s } }").loops.first)
        #expect(loop.name == "beat")
        #expect(loop.command.argv == ["./beat.sh", "{}"])
        #expect(loop.command.workingDirectory == "/nowhere")
        #expect(loop.spec == LoopSpec(every: .seconds(60), timeout: .seconds(300)))
        #expect(loop.child == ChildSpec(name: "beat", kind: .loop))
    }

    @Test("every key has its place")
    func everything() throws {
        let text = """
            loops:
              b: { exec: [b], every: 1s, pacing: delay }
              a:
                exec: [a]
                every: 10s
                timeout: 2s
                pacing: rate
                overlap: allow
                jitter: 3s
                first: later
                max_failures: 4
                restart: on-failure
                backoff: { base: 1s, cap: 2s }
                stop: { signal: INT, timeout: 9s }
                cwd: sub
                env: { A: "1" }
            """
        let loops = try configuration(text, environment: ["PATH": "/bin"]).loops
        #expect(loops.map(\.name) == ["a", "b"])
        #expect(loops[1].spec.pacing == .fixedDelay)
        let loop = loops[0]
        #expect(
            loop.spec
                == LoopSpec(
                    every: .seconds(10), overlap: .allow(), jitter: .seconds(3), first: .afterInterval,
                    timeout: .seconds(2), patience: .seconds(9), maxFailures: 4))
        #expect(loop.restart == .onFailure)
        #expect(loop.backoff == RestartBackoff(base: .seconds(1), cap: .seconds(2)))
        #expect(loop.stop == StopPolicy(signal: 2, timeout: .seconds(9)))
        #expect(loop.command.workingDirectory == "/nowhere/sub")
        #expect(loop.command.environment == ["PATH": "/bin", "A": "1"])
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            ("{ every: 1m }", ": 'exec' is missing; a list; each item is a text belongs here"),
            ("{ exec: [a] }", ": 'every' is missing; a duration such as 250ms, 30s, 5m, 12h or 7d belongs here"),
            ("{ exec: [a], every: 50ms }", ".every: must be from 100ms to 365d"),
            (
                "{ exec: ['{x}'], every: 1m }",
                ".exec[0]: '{x}': a loop has no arguments; a brace itself is written '{{'"
            ),
            ("{ exec: [a], every: 1m, jitter: 1m }", ".jitter: must be less than 'every' (1m)"),
            (
                "{ exec: [a], every: 1m, overlap: queued }",
                ".overlap: must be one of skip, queue, allow; did you mean 'queue'?"
            ),
            ("{ exec: [a], every: 1m, pacing: fixed }", ".pacing: must be one of rate, delay"),
            (
                "{ exec: [a], every: 1m, pacing: delay, overlap: skip }",
                ".overlap: only means something with 'pacing: rate'; leave it out: with 'pacing: delay' no two turns ever meet"
            ),
            ("{ exec: [a], every: 1m, first: latr }", ".first: must be one of now, later; did you mean 'later'?"),
            ("{ exec: [a], every: 1m, max_failures: 0 }", ".max_failures: must be from 1 to 1000000"),
            (
                "{ exec: [a], every: 1m, http: { url: 'http://h/' } }",
                ".http: unknown key; did you mean 'stop'?"
            ),
        ])
    func refused(text: String, problem: String) {
        #expect(problems("loops:\n  beat: \(text)") == ["mainspring.yaml:2: loops.beat\(problem)"])
    }

    @Test("a loop cannot have the name of a service, and no service depends on a loop")
    func names() {
        let text = """
            services: { feed: { exec: [a] }, bot: { exec: [a], depends_on: [beat] } }
            loops:
              beat: { exec: [a], every: 1m }
              feed: { exec: [a], every: 1m }
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:1: services.bot.depends_on[0]: no service 'beat' is declared; did you mean 'bot'?",
                "mainspring.yaml:4: loops.feed: a service has this name already; services, loops and groups need names of "
                    + "their own",
            ])
    }
}
