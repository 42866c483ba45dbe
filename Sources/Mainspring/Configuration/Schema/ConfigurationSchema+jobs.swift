import MainspringCore

extension ConfigurationSchema {
    static let job = SchemaTable(
        keys: [
            .key(
                "exec", command,
                "A command: the program, then its arguments; `{name}` is a declared argument, `{{` a brace."),
            .key("http", .table(call), fallback: .absent, "An HTTP call; the arguments are its JSON body."),
            .key(
                "args", .map(keys: .name, .shorthand(key: "type", argument), noun: "declared arguments by name"),
                "The arguments that a job of this kind takes; no others are."),
            .key(
                "result", .choice(["none", "text", "json"]), default: "none",
                "What becomes of standard output, or of the response's body."),
            .key("queue", .text(.name), default: "default", "The queue of jobs that do not name one."),
            .key(
                "priority", .choice(JobPriority.allCases.map(\.rawValue)), default: "normal",
                "A head start in time, so that low never starves."),
            .key("timeout", .duration(period), default: "5m", "The longest run of one attempt."),
            .key("retry", .table(retry), "When a failed job runs again."),
            .key("unique", .table(unique), fallback: .absent, "At most one job with the same arguments at a time."),
            .key(
                "silence", .duration(period),
                "The longest time without progress or a heartbeat, after which an attempt counts as hung; shorter than `timeout`."
            ).onlyBeside("exec"),
            .key(
                "deadline", .duration(period),
                "After this long from its creation no attempt of a job starts, and one that runs is ended."),
            .key(
                "max_rescues", .integer(0...1000), default: "3",
                "How often its node may die while a job runs; once more, and the job is discarded."),
            .key("cwd", .text(.path), default: ".", "The working directory, relative to this file's folder.")
                .onlyBeside("exec"),
            .key("env", environment, "Environment variables, besides PATH, HOME, LANG and TZ.").onlyBeside("exec"),
            .key("env_file", .text(.path), "A file of NAME=VALUE lines; `env` wins over it.").onlyBeside("exec"),
            .key(
                "output", .size(ByteSize(bytes: 0)...ByteSize(bytes: 64 << 20)), default: "64KiB",
                "How much of each output is kept per attempt; of more, the end is kept."),
            .key("kill_after", .duration(.zero ... .seconds(3600)), default: "5s", "KILL comes this long after TERM.")
                .onlyBeside("exec"),
        ] + SchemaKey.later("limit", "rate", "breaker", "fair_by"),
        exactlyOne: ["exec", "http"])

    private static let call = SchemaTable(keys: [
        .key(
            "method", .choice(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]), default: "POST",
            "The request's method."),
        .required("url", .template, "An http:// or https:// URL; arguments may stand in its path and query."),
        .key(
            "headers",
            .map(
                keys: .headerName, .text(.any), noun: "headers; `NAME_file: PATH` reads a value from a file",
                isSecret: true),
            "Headers to send."),
    ])

    private static let retry = SchemaTable(keys: [
        .key("max", .integer(1...1000), default: "5", "Attempts in all, the first included; 1 means no retry."),
        .key(
            "backoff", .choice(RetryPolicy.Backoff.Name.allCases.map(\.rawValue)), default: "exponential",
            "How the wait grows."
        ).notBeside("delays"),
        .key("base", .duration(period), default: "1s", "The wait before the second attempt.").notBeside("delays"),
        .key("cap", .duration(period), default: "5m", "No wait is longer; at least `base`.").notBeside("delays"),
        .key(
            "delays", .list(.duration(period), max: 100, isEmptyAllowed: false),
            "The waits one by one: after the first failure, the second, and so on; the last one stays."),
        .key(
            "jitter", .choice(RetryPolicy.Jitter.allCases.map(\.rawValue)), default: "half",
            "How much of each wait is left to chance, so that jobs that failed together do not come back together."),
        .key(
            "only", .list(.text(.name), max: 100, isEmptyAllowed: false),
            "The codes of errors, such as `exit_1` or `timeout`, that are tried again; all of them without it."),
        .key("never", .list(.text(.name), max: 100), fallback: .emptyList, "Codes that are not tried again."),
    ])

    private static let unique = SchemaTable(keys: [
        .key(
            "by", .list(.text(.name), max: 100), fallback: .emptyList,
            "The arguments that count; all of them when empty."),
        .key(
            "while", .list(.choice(JobState.allCases.map(\.rawValue)), max: 8, isEmptyAllowed: false),
            fallback: .computed("every unfinished state"), "The states in which a job stands in the way of another."
        ).notBeside("for"),
        .key(
            "for", .duration(period),
            "How long a job stands in the way of another, whatever its state; for `debounce`, how long it has to be quiet."
        ),
        .key(
            "on_conflict", .choice(UniqueConflict.allCases.map(\.rawValue)), default: "reject",
            "What becomes of the second job. `reject`: the answer is the first. `replace`: the first, while it waits, takes "
                + "over its content. `debounce`: as `replace`, and it runs when none came for a while. `throttle`: at most "
                + "one per period. `keep_last`: as `replace`; while the first runs, the newest one waits for its end."),
    ])

    private static let argument = SchemaTable(keys: [
        .key("type", .choice(ArgumentRule.Kind.allCases.map(\.rawValue)), default: "string", "The type of the value."),
        .key("enum", .list(.json, max: 1000, isEmptyAllowed: false), "The only values taken."),
        .key("pattern", .text(.any), "Strings: a regular expression that the whole value must match."),
        .key("optional", .boolean, default: "false", "Whether it may be left out."),
        .key(
            "max", .integer(0...Int64.max), "Strings: the most bytes (64 KiB without it). Numbers: the largest."),
        .key(
            "dash", .boolean, default: "false",
            "Takes values that start with `-`, which a command may read as an option."),
        .key("newline", .boolean, default: "false", "Takes newlines."),
    ])
}
