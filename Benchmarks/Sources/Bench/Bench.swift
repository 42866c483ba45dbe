import Foundation
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// `Bench drain|enqueue|supervisor|timeouts|loops|fill PATH COUNT`; `scripts/bench` runs all of it.
@main
enum Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "drain": try await drain()
        case "enqueue": try await enqueue()
        case "supervisor": try await SupervisorBench.run()
        case "timeouts":
            guard arguments.count == 3, let batch = Int(arguments.last ?? "") else { return try await Timeouts.run() }
            await Timeouts.run(arguments[arguments.startIndex + 1], batch: batch)
        case "loops": try await Loops.run()
        case "fill":
            guard arguments.count == 3, let count = Int(arguments.last ?? "") else { return usage() }
            try await Node.fill(path: arguments[arguments.startIndex + 1], count: count)
        default: usage()
        }
    }

    private static func usage() {
        print("usage: Bench drain | enqueue | supervisor | timeouts | loops | fill PATH COUNT")
    }

    /// The store under the engine against the raw C interface: same file, same statements, same batches, interleaved.
    private static func drain() async throws {
        let jobs = 50_000
        print("drain: \(jobs) no-op jobs per run, runs interleaved, median of 5; durability full")
        for workers in [50, 200, 1000] {
            var engine: [Double] = []
            var raw: [Double] = []
            var plan: RawDrain.Plan?
            for round in 0..<6 {
                let folder = try Folder()
                try await Node.fill(path: folder.file("a.db"), count: jobs)
                try FileManager.default.copyItem(atPath: folder.file("a.db"), toPath: folder.file("b.db"))
                // The first round is warm-up, and the one that is watched: watching costs time.
                if round == 0 { StatementTrace.start() }
                let node = try Node(path: folder.file("a.db"), workers: workers, durability: .full)
                let took = try await node.drain(jobs)
                if round == 0 {
                    plan = try RawDrain.Plan(StatementTrace.stop(), jobs: jobs)
                    continue
                }
                engine.append(Double(jobs) / took.inSeconds)
                guard let plan else { continue }
                raw.append(
                    Double(jobs)
                        / (try RawDrain(path: folder.file("b.db"), plan: plan, full: true).drain(jobs)).inSeconds)
            }
            let share = zip(engine, raw).map { $0 / $1 }
            print(
                "  \(workers) workers: \(rate(median(engine))) through Mainspring, \(rate(median(raw))) raw "
                    + "(batches of \(plan?.claimBatch ?? 0) claims, \(plan?.settleBatch ?? 0) settlements), "
                    + "share \(percent(median(share))) (\(percent(share.min() ?? 0)) to \(percent(share.max() ?? 0)))")
        }
    }

    private static func enqueue() async throws {
        print("enqueue through the client, durability full; median of 5")
        for (name, total, callers, batch) in [
            ("one at a time", 2000, 1, 1), ("50 callers at once", 20_000, 50, 1),
            ("in bulk, 500 a call", 100_000, 1, 500),
        ] {
            var rates: [Double] = []
            for _ in 0..<5 {
                let folder = try Folder()
                let node = try Node(path: folder.file("jobs.db"), workers: 1, durability: .full)
                try await node.store.setPaused(true, queue: "default")
                let system = node.system
                async let running: Void = system.run()
                let clock = SystemTime()
                let start = clock.monotonic()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<callers {
                        group.addTask {
                            for _ in 0..<(total / callers / batch) {
                                _ = try await system.client.enqueue(
                                    (0..<batch).map { _ in JobRequest(kind: "nop") })
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                rates.append(Double(total) / (clock.monotonic() - start).inSeconds)
                system.quiesce()
                await running
                try await node.store.close()
            }
            print("  \(name): \(rate(median(rates)))")
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    private static func rate(_ value: Double) -> String { "\(Int(value)) jobs/s" }
    private static func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }
}

/// A folder that is gone at the end.
final class Folder {
    private let path = NSTemporaryDirectory() + "mainspring-bench-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { "\(path)/\(name)" }
}
