import MainspringCore
import MainspringJobs
import Synchronization

/// The jobs that a drill adds: a kind and a queue of their own, which every node with a server store has.
final class DrillKind: JobExecutor {
    static let name = "mainspring.drill"
    static let queue = QueueOptions(workers: 1, limit: 100_000)

    /// Runs on this node by drill.
    private let runs = Mutex<[String: Int]>([:])

    var kind: JobKind {
        JobKind(
            name: Self.name,
            arguments: ArgumentSchema(["drill": ArgumentRule(.string), "number": ArgumentRule(.integer)]),
            queue: Self.name, timeout: .seconds(10), executor: self)
    }

    func run(_ attempt: JobAttempt) async -> AttemptResult {
        if case .object(let arguments)? = try? JSONParser.parse(attempt.lease.job.arguments),
            let drill = arguments["drill"]?.string
        {
            runs.withLock { if $0[drill] != nil { $0[drill]? += 1 } }
        }
        return AttemptResult(.success(result: nil))
    }

    func begin(_ drill: String) { runs.withLock { $0[drill] = 0 } }
    func count(of drill: String) -> Int { runs.withLock { $0[drill] ?? 0 } }
    func end(_ drill: String) { runs.withLock { $0[drill] = nil } }
}
