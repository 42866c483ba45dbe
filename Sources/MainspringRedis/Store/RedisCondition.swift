/// What a Redis server is like, as far as it matters to jobs.
public struct RedisCondition: Sendable, Equatable {
    /// As the server says it: `7.0.15`.
    public var version: String
    /// Every acknowledged step survives the death of the server process: `appendonly yes` with `appendfsync always`.
    public var isDurable: Bool
    /// Of the server's memory that jobs and everything else use; nil without a bound.
    public var memoryLimit: Int?
    public var usedMemory: Int
    /// Sentences for the log: what may be lost, and when. Empty when there is nothing to say.
    public var notes: [String]
}

extension RedisCondition {
    /// What CONFIG and INFO say together. CONFIG may be forbidden: then INFO must do.
    init(info: RedisInfo, settings: [String: String]) {
        let appendOnly = settings["appendonly"] ?? (info["aof_enabled"] == "1" ? "yes" : "no")
        let sync = settings["appendfsync"]
        let snapshots = settings["save"]
        var notes: [String] = []
        if appendOnly != "yes" {
            let snapshot = "a restart of the server loses everything since its last snapshot"
            let nothing = "a restart of the server loses everything, as it makes no snapshots either"
            notes.append("appendonly is off: \(snapshots == "" ? nothing : snapshot)")
        } else if sync == "everysec" || sync == nil {
            notes.append(
                "appendfsync is \(sync ?? "not known"): a crash of the server's machine loses up to the last two seconds"
            )
        } else if sync == "no" {
            notes.append("appendfsync is no: a crash of the server's machine loses what its kernel had not written")
        }
        let limit = info["maxmemory"].flatMap { Int($0) } ?? 0
        let used = info["used_memory"].flatMap { Int($0) } ?? 0
        if limit == 0 { notes.append("maxmemory is not set: the kernel may end the server when its machine is full") }
        if limit > 0, used > limit / 10 * 9 {
            notes.append("nine tenths of maxmemory are used: soon no job can be written")
        }
        if info["aof_last_write_status"].map({ $0 != "ok" }) ?? false {
            notes.append("the last write of the AOF failed")
        }
        if info["rdb_last_bgsave_status"].map({ $0 != "ok" }) ?? false { notes.append("the last snapshot failed") }
        self.init(
            version: info["redis_version"] ?? "unknown", isDurable: appendOnly == "yes" && sync == "always",
            memoryLimit: limit == 0 ? nil : limit, usedMemory: used, notes: notes)
    }
}
