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
        try added([request], insert: writer(in: database))[0].job
    }

    /// Adds a typed job as part of the application's own transaction; the result may be waited for once that is committed.
    /// Otherwise like the form for requests, and like
    /// ``MainspringJobs/JobClient/enqueue(_:in:at:queue:priority:unique:id:tags:metadata:deadline:)``.
    @discardableResult
    public func enqueue<J: Job>(
        _ job: J, in database: Database, after delay: Duration? = nil, at time: Timestamp? = nil,
        queue: String? = nil, priority: JobPriority? = nil, unique: JobUnique<J>? = nil, id: JobID? = nil,
        tags: [String] = [], metadata: [String: String] = [:], deadline: Duration? = nil
    ) throws -> JobHandle<J.Output> {
        let order = JobOrder(
            delay: delay, time: time, queue: queue, priority: priority, unique: unique, id: id, tags: tags,
            metadata: metadata, deadline: deadline)
        return try enqueue(job, order, insert: writer(in: database))
    }

    private func writer(
        in database: Database
    ) throws -> (_ jobs: [NewJob], _ tell: @escaping @Sendable ([InsertResult]) -> Void) throws -> [InsertResult] {
        guard let store = (store as? ObservedStore<SQLiteJobStore>)?.base ?? store as? SQLiteJobStore else {
            throw MainspringError(
                .configuration, "the jobs are not kept in the application's database",
                hint: "Declare it: app.jobs(in: pool).")
        }
        return { jobs, tell in
            let now = jobs.first?.record.createdAt ?? Timestamp(microseconds: 0)
            let results = try store.insert([jobs], now: now, in: database).flatMap(\.self)
            database.afterNextTransaction { _ in tell(results) }
            return results
        }
    }
}
