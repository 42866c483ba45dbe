import Foundation
import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// What the harness says, and what is made of it.
enum PeerEnvironment {
    private static let variables = ProcessInfo.processInfo.environment

    static let folder = variables["BENCH_DIR"] ?? "/tmp"
    static let port = Int(variables["REDIS_PORT"] ?? "") ?? 6379
    static let concurrency = Int(variables["CONC"] ?? "") ?? 200

    /// No limit, as peers have none: 100,000 jobs wait at once.
    static func registry(_ environment: JobEnvironment, workers: Int) -> JobRegistry {
        JobRegistry(
            kinds: [
                JobKind(Noop.self, in: environment), JobKind(Lat.self, in: environment),
                JobKind(Work.self, in: environment),
            ], queues: ["default": QueueOptions(workers: workers, limit: .max)])
    }

    static let logger = Logger(label: "peer") { _ in SwiftLogNoOpLogHandler() }

    struct Silence: EventSink {
        func emit(_ event: MainspringEvent) {}
    }
}
