import Logging
import MainspringCore
import MainspringStore

/// The whole table of keys, in the order in which the reference shows them.
enum ConfigurationSchema {
    static let root = SchemaTable(
        keys: [
            .key("name", .text(.name), default: "mainspring", "The name of what this configuration runs, for people."),
            .key("node", .text(.name), fallback: .computed("the host's name"), "The node's name, unique per store."),
            .key(
                "state", .text(.path), default: ".mainspring",
                "The folder for what the node writes, relative to this file's folder."),
            .key("store", .shorthand(key: "url", store), "Where jobs are kept."),
            .key("http", .table(http), "The listener for the API, the probes and the page."),
            .key("shutdown", .table(shutdown), "How long a clean stop takes at most."),
            .key("log", .table(log), "The node's own log, on standard error."),
            .key("retention", .table(retention), "How long finished jobs are kept."),
            .key(
                "queues", .map(keys: .name, .table(queue), noun: "queues by name"),
                "The queues; `default` always exists."),
            .key(
                "jobs", .map(keys: .name, .table(job), noun: "job kinds by name"),
                "The kinds of jobs; only these can run."),
            .key(
                "services", .map(keys: .name, .table(service), noun: "services by name"), "Supervised children."),
            .key("supervision", .table(supervision), "What becomes of the others when a service or a loop fails."),
            .key(
                "loops", .map(keys: .name, .table(loop), noun: "loops by name"),
                "Commands that this node runs again and again; nothing of it is stored."),
            .key(
                "schedules", .map(keys: .name, .table(schedule), noun: "schedules by name"),
                "Jobs that are made again and again."),
        ] + SchemaKey.later("watch", "workflows"))

    private static let store = SchemaTable(
        keys: [
            .key(
                "url", .text(.store), default: "sqlite",
                "`sqlite` (`jobs.db` in the state folder), `sqlite:PATH`, `memory`, which forgets, or a Redis server: "
                    + "`redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://…` with TLS, "
                    + "`redis+unix:///PATH[?db=DATABASE]`."
            ).orInFile(),
            .key("password", .text(.any), "Redis: the password, where the URL has none.").secret(),
            .key(
                "namespace", .text(.name), default: "mainspring",
                "Redis: what all keys begin with; nodes share jobs when server, database and namespace are the same."),
            .key(
                "while_away", .choice(WhileAway.allCases.map(\.rawValue)), default: "hold",
                "Redis: what becomes of new jobs while the server is away. `hold`: they wait for it. `run`: they run on the "
                    + "node that took them in, and unique keys hold on that node only."),
            .key(
                "spool", .table(spool),
                "Redis: what a node keeps in `spool.db` of its state folder while the server is away."),
            .key(
                "durability", .choice(["full", "normal"]), default: "full",
                "`full`: a job is on disk when its answer is given. `normal`: a power cut may lose the last moments."),
        ])

    private static let spool = SchemaTable(keys: [
        .key("limit", .integer(1...100_000_000), default: "100000", "Jobs that it takes; one more is refused."),
        .key(
            "size", .size(ByteSize(bytes: 1 << 20)...ByteSize(bytes: 1 << 40)), default: "256MiB",
            "Bytes of jobs that it takes; one more is refused."),
    ])

    private static let http = SchemaTable(
        keys: [
            .key(
                "bind", .text(.bind), default: "127.0.0.1:8501-8600",
                "`HOST:PORT`, or `HOST:FROM-TO` for the first free port; port 0 lets the system choose."),
            .key(
                "auth", .choice(["none"], later: ["token"]), default: "none",
                "Who may call: with `none` everyone, so the bind must be a loopback address."),
            .key(
                "hosts", .list(.text(.hostHeader), max: 100), fallback: .emptyList,
                "Further Host headers that are answered, besides the bind's own."),
            .key(
                "body_limit", .size(ByteSize(bytes: 1 << 10)...ByteSize(bytes: 1 << 30)), default: "8MiB",
                "The largest request body; a larger one is refused at once (413)."),
        ] + SchemaKey.later("tls", "probes"))

    private static let shutdown = SchemaTable(keys: [
        .key(
            "grace", .duration(.zero ... .seconds(86_400)), default: "18s",
            "How long running jobs may go on after a stop is asked for."),
        .key(
            "cancel", .duration(.zero ... .seconds(3600)), default: "7s",
            "After that: how long they have between TERM and KILL."),
    ])

    private static let log = SchemaTable(keys: [
        .key(
            "level", .choice(Logger.Level.allCases.map(\.rawValue)), default: "info",
            "The least severe level that is written."),
        .key("format", .choice(["text", "json"]), default: "text", "Lines for people, or one JSON object per line."),
    ])

    private static let retention = SchemaTable(keys: [
        .key("completed", .duration(period), default: "24h", "How long completed jobs are kept."),
        .key("cancelled", .duration(period), default: "24h", "How long cancelled jobs are kept."),
        .key("discarded", .duration(period), default: "30d", "How long discarded jobs, the dead letters, are kept."),
    ])

    private static let queue = SchemaTable(keys: [
        .key("workers", .integer(1...1000), default: "10", "Jobs of this queue that run at once on this node."),
        .key(
            "limit", .integer(1...100_000_000), default: "10000",
            "Waiting jobs that the queue takes; a retry is never refused."),
        .key(
            "when_full", .choice(["reject"], later: ["wait", "shed"]), default: "reject",
            "What a full queue does with one more job."),
    ])

    private static let schedule = SchemaTable(
        keys: [
            .required("every", .duration(.seconds(1) ... .seconds(365 * 86_400)), "The time from one job to the next."),
            .required("job", .text(.name), "The kind of job that is made."),
            .key(
                "args", .map(keys: .name, .json, noun: "arguments by name"), "Its arguments, as the kind declares them."
            ),
            .key(
                "overlap", .choice(["skip", "allow"]), default: "skip",
                "`skip` makes no job while an earlier one of this schedule is unfinished."),
            .key(
                "jitter", .duration(.zero ... .seconds(86_400)), default: "0s",
                "Each job becomes available up to this much later, at random; less than `every`."),
        ] + SchemaKey.later("cron", "zone", "catch_up", "dst"))

    /// Waits and runs of anything: from a millisecond to a year.
    static let period = Duration.milliseconds(1) ... .seconds(365 * 86_400)
    static let environment = SchemaType.map(
        keys: .variableName, .text(.any), noun: "environment variables; `NAME_file: PATH` reads a value from a file",
        isSecret: true)
    static let command = SchemaType.list(.template, max: 1000, isEmptyAllowed: false)
}
