import Foundation
import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore

/// The engine over SQLite against the raw C interface: same file, same statements, same values, same transactions, interleaved.
enum SQLiteDrain {
    static func run() async throws {
        let jobs = 50_000
        for durability in [SQLiteJobStore.Durability.full, .normal] {
            print(
                "SQLite drain: \(jobs.grouped) no-op jobs per run, interleaved, median of 5; durability \(durability)")
            for workers in [50, 200, 1000] {
                let folder = try Folder()
                try await JobNode.fill(path: folder.file("start.db"), count: jobs)
                let steps = try await record(folder, jobs: jobs, workers: workers, durability)
                var engine: [Double] = []
                var raw: [Double] = []
                for _ in 0..<5 {
                    engine.append(Double(jobs) / (try await drain(folder, jobs: jobs, workers: workers, durability)))
                    raw.append(Double(jobs) / (try replay(steps, folder, jobs: jobs, durability)))
                }
                let shares = zip(engine, raw).map { $0 / $1 }
                let transactions = max(1, steps.count { $0.sql.hasPrefix("BEGIN") })
                print(
                    "  \(workers) workers: \(engine.median.perSecond) through Mainspring, \(raw.median.perSecond) raw "
                        + "(\(jobs / transactions) jobs a transaction), share \(shares.median.percent) "
                        + "(\((shares.min() ?? 0).percent) to \((shares.max() ?? 0).percent))")
                Results.add(
                    "drain, SQLite, \(workers) workers",
                    "\(engine.median.perSecond), \(shares.median.percent) of raw C",
                    durability: durability.rawValue)
            }
        }
    }

    /// A long line must not be slower than a short one.
    static func runBacklog() async throws {
        let jobs = 10_000
        let workers = 200
        print(
            "SQLite backlog: the first \(jobs.grouped) of a line, \(workers) workers, interleaved, median of 5; durability full"
        )
        let lengths = [10_000, 1_000_000]
        let folder = try Folder()
        for length in lengths { try await JobNode.fill(path: folder.file("\(length).db"), count: length) }
        var rates: [Int: [Double]] = [:]
        for _ in 0..<5 {
            for length in lengths {
                let took = try await drain(folder, from: "\(length).db", jobs: jobs, workers: workers, .full)
                rates[length, default: []].append(Double(jobs) / took)
            }
        }
        for length in lengths {
            let rate = (rates[length] ?? []).median.perSecond
            print("  \(length.grouped) waiting: \(rate)")
            Results.add("drain, SQLite, \(length.grouped) jobs waiting", rate, durability: "full")
        }
    }

    private static func record(
        _ folder: Folder, jobs: Int, workers: Int, _ durability: SQLiteJobStore.Durability
    ) async throws -> [Recording.Step] {
        Recording.start()
        // The opening of the file is left out: the replay does its own.
        _ = try await drain(folder, jobs: jobs, workers: workers, durability, onOpen: Recording.forget)
        return try Recording.stop().filter { !$0.sql.hasPrefix("PRAGMA") && !$0.sql.hasPrefix("--") }
    }

    private static func drain(
        _ folder: Folder, from source: String = "start.db", jobs: Int, workers: Int,
        _ durability: SQLiteJobStore.Durability, onOpen: () -> Void = {}
    ) async throws -> Double {
        let path = try copy(source, in: folder)
        let store = try SQLiteJobStore(path: path, durability: durability)
        onOpen()
        let took = try await JobNode.drain(store, count: jobs, workers: workers)
        try await store.close()
        return took.inSeconds
    }

    private static func replay(
        _ steps: [Recording.Step], _ folder: Folder, jobs: Int, _ durability: SQLiteJobStore.Durability
    ) throws -> Double {
        let replay = try Replay(steps, path: try copy("start.db", in: folder), synchronous: durability.rawValue)
        defer { replay.close() }
        let took = try replay.run()
        guard try replay.count(state: 5) == jobs else {
            throw BenchError(description: "the replay did not do what was recorded")
        }
        return took.inSeconds
    }

    private static func copy(_ source: String, in folder: Folder) throws -> String {
        let path = folder.file("work.db")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.copyItem(atPath: folder.file(source), toPath: path)
        // Else the commits that are measured wait for the disk to take the copy.
        sync()
        return path
    }
}
