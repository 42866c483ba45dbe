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
            var costs: [Double] = []
            for round in 0..<6 {
                let store = MemoryJobStore(time: SystemTime())
                try await JobNode.fill(store, count: jobs)
                let before = processorTime()
                let took = try await JobNode.drain(store, count: jobs, workers: workers)
                guard round > 0 else { continue }
                costs.append((processorTime() - before) / Double(jobs))
                rates.append(Double(jobs) / took.inSeconds)
            }
            let text = "\(rates.median.perSecond) (\((rates.min() ?? 0).perSecond) to \((rates.max() ?? 0).perSecond))"
            let cost = String(format: "%.2f", costs.median * 1_000_000)
            print("  \(workers) workers: \(text); \(cost) µs of processor time a job")
            Results.add("drain, memory store, \(workers) workers", rates.median.perSecond, durability: "none")
        }
    }

    /// Of all threads, in seconds; a neighbour on the machine changes it less than the rate.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
