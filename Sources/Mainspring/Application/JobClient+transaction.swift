public import GRDB
public import MainspringCore
public import MainspringJobs
import MainspringSQLite
import MainspringStore

extension JobClient {
    /// Adds a job as part of the application's own transaction: it is there when the transaction commits, and leaves no trace
    /// when it does not. Workers hear of it after the commit.
    ///
    /// The job tables must live in that database (``MainspringApplication/jobs(in:)``), and `database` must be a connection of it
    /// that writes. Throws as ``enqueue(_:)`` does, and `configuration` when the jobs are kept elsewhere; the transaction may go
    /// on after an error.
    @discardableResult
    public func enqueue(_ request: JobRequest, in database: Database) throws -> JobRecord {
        guard let store = store as? SQLiteJobStore else {
            throw MainspringError(
                .configuration, "the jobs are not kept in the application's database",
                hint: "Declare it: app.jobs(in: pool).")
        }
        do {
            let results = try enqueue([request]) { jobs, tell in
                let results = try store.insert(
                    [jobs], now: jobs.first?.record.createdAt ?? .init(microseconds: 0), in: database)
                database.afterNextTransaction { _ in tell(results.flatMap(\.self)) }
                return results.flatMap(\.self)
            }
            return try InsertResult.jobs(of: results)[0].job
        } catch let invalid as InvalidRequests {
            throw invalid.refusal(of: [request])
        }
    }
}
