import Foundation
import MainspringCore
import MainspringRuntime
import MainspringStore

/// No-op jobs through the whole engine over the memory store.
enum MemoryDrain {
    static func run() async throws {
        let jobs = Int(ProcessInfo.processInfo.environment["JOBS"] ?? "") ?? 500_000
        print("memory drain: \(jobs.grouped) no-op jobs per run, median of 5; nothing is durable")
        for workers in [10, 100, 1000] {
            var rates: [Double] = []
            for round in 0..<6 {
                let store = MemoryJobStore(time: SystemTime())
                try await JobNode.fill(store, count: jobs)
                let took = try await JobNode.drain(store, count: jobs, workers: workers)
                if round > 0 { rates.append(Double(jobs) / took.inSeconds) }
            }
            let text = "\(rates.median.perSecond) (\((rates.min() ?? 0).perSecond) to \((rates.max() ?? 0).perSecond))"
            print("  \(workers) workers: \(text)")
            Results.add("drain, memory store, \(workers) workers", rates.median.perSecond, durability: "none")
        }
    }
}
