import MainspringCore
import MainspringJobs
import MainspringStore
import Synchronization

/// The jobs that a drill adds: a kind and a queue of their own, which every node with a server store has.
final class DrillKind: JobExecutor {
    static let name = "mainspring.drill"
    static let queue = QueueOptions(workers: 1, limit: 100_000)

    private struct Runs {
        var count = 0
        /// Those that the server knew nothing of.
        var ofSpool: Set<JobID> = []
    }

    /// On this node, by drill.
    private let runs = Mutex<[String: Runs]>([:])

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
            runs.withLock { runs in
                runs[drill]?.count += 1
                if attempt.lease.token.isOfSpool { runs[drill]?.ofSpool.insert(attempt.lease.job.id) }
            }
        }
        return AttemptResult(.success(result: nil))
    }

    func begin(_ drill: String) { runs.withLock { $0[drill] = Runs() } }
    func count(of drill: String) -> Int { runs.withLock { $0[drill]?.count ?? 0 } }
    /// Jobs that ran while the store was away.
    func ranHere(of drill: String) -> Set<JobID> { runs.withLock { $0[drill]?.ofSpool ?? [] } }
    func end(_ drill: String) { runs.withLock { $0[drill] = nil } }
}
