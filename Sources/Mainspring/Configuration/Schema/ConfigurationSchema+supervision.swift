import MainspringCore
import MainspringRuntime

extension ConfigurationSchema {
    static let service = SchemaTable(
        keys: [
            .required("exec", command, "The program, then its arguments; `{{` is a brace."),
            .key(
                "restart", .choice(ChildSpec.Restart.allCases.map(\.rawValue)), default: "always",
                "When it is started again after it ended."),
            .key("backoff", .table(backoff), "How long a restart waits."),
            .key(
                "ready", .table(ready),
                "When it counts as ready; as soon as it runs, unless one of `http`, `tcp`, `after` is given."),
            .key(
                "depends_on", .list(.text(.name), max: 1000), fallback: .emptyList,
                "Services that must be ready before it starts, and that stop after it."),
            .key("stop", .table(stop), "How it is stopped."),
        ] + surroundings)

    static let loop = SchemaTable(
        keys: [
            .required("exec", command, "The program of one turn, then its arguments; `{{` is a brace."),
            .required(
                "every", .duration(.milliseconds(100) ... .seconds(365 * 86_400)), "The time from one turn to the next."
            ),
            .key("timeout", .duration(period), default: "5m", "The longest turn; it then gets TERM, and has failed."),
            .key(
                "pacing", .choice(LoopSpec.Pacing.words.map(\.word)), default: "rate",
                "`rate` counts `every` from start to start, `delay` from a turn's end to the next start."),
            .key(
                "overlap", .choice(LoopSpec.Overlap.words.map(\.word)), default: "skip",
                "What becomes of a turn that is due while one still runs: `queue` keeps one, `allow` runs up to 8 at once."
            ),
            .key(
                "jitter", .duration(.zero ... .seconds(86_400)), default: "0s",
                "Each turn starts up to this much later, at random; less than `every`."),
            .key(
                "first", .choice(LoopSpec.First.words.map(\.word)), default: "now",
                "The first turn: at the start, or `every` later."),
            .key(
                "max_failures", .integer(1...1_000_000),
                "After so many failed turns in a row the loop itself has failed; without it, never."),
            .key(
                "restart", .choice(ChildSpec.Restart.allCases.map(\.rawValue)), default: "always",
                "Whether it is started again after it failed."),
            .key("backoff", .table(backoff), "How long a restart waits."),
            .key(
                "stop", .table(stop),
                "How a turn is stopped with its loop; at its own timeout KILL comes as late after TERM."),
        ] + surroundings)

    static let supervision = SchemaTable(
        keys: policy + [
            .key(
                "groups", .map(keys: .name, .table(group), noun: "groups by name"),
                "Services and loops with a policy of their own; a group starts after all that its members depend on.")
        ])

    private static let group = SchemaTable(
        keys: [
            .required(
                "services", .list(.text(.name), max: 1000, isEmptyAllowed: false),
                "The services and loops in it; for `rest-for-one` in the order in which they start.")
        ] + policy + [
            .key("backoff", .table(backoff), "How long a restart of the whole group waits, when it escalated.")
        ]
    )

    private static let policy: [SchemaKey] = [
        .key(
            "strategy", .choice(SupervisionPolicy.Strategy.allCases.map(\.rawValue)), default: "one-for-one",
            "What is restarted when one fails: it alone, all, or it and those after it."),
        .key(
            "max_restarts", .integer(0...1_000_000), default: "3",
            "More restarts than this within `within` exhaust the supervisor."),
        .key("within", .duration(period), default: "5s", "The time in which restarts are counted."),
        .key(
            "on_exhausted", .choice(SupervisionPolicy.Exhaustion.allCases.map(\.rawValue)), default: "back_off",
            "`back_off` goes on at the longest wait, `fail` stops all of them for good, `escalate` fails in turn: a group is "
                + "restarted, the root ends the node."),
    ]

    private static let backoff = SchemaTable(keys: [
        .key(
            "base", .duration(period), default: "500ms",
            "The wait before the first restart; it doubles, and half is random."),
        .key("cap", .duration(period), default: "30s", "No wait is longer; at least `base`."),
    ])

    private static let stop = SchemaTable(keys: [
        .key("signal", .text(.signal), default: "TERM", "The signal that asks it to end."),
        .key(
            "timeout", .duration(.zero ... .seconds(3600)), default: "5s", "KILL for its whole group comes after this."),
    ])

    private static let surroundings: [SchemaKey] = [
        .key("cwd", .text(.path), default: ".", "The working directory, relative to this file's folder."),
        .key("env", environment, "Environment variables, besides PATH, HOME, LANG and TZ."),
        .key("env_file", .text(.path), "A file of NAME=VALUE lines; `env` wins over it."),
    ]

    private static let ready = SchemaTable(
        keys: [
            .key("http", .text(.url), "Ready when a GET of this http:// URL answers 2xx."),
            .key("tcp", .text(.tcp), "Ready when this address accepts a connection."),
            .key("after", .duration(.zero ... .seconds(86_400)), "Ready when it has run this long."),
            .key("within", .duration(period), default: "30s", "A service that is not ready in this time is restarted."),
        ],
        atMostOne: ["http", "tcp", "after"])
}
