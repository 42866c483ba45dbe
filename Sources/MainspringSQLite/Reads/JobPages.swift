import GRDB
import MainspringCore
import MainspringStore

/// Pages of jobs, newest first, by sequence number.
///
/// A query with a filter looks at no more than ``window`` × ``windows`` sequence numbers for one page; then the page
/// ends where it is and its cursor goes on from there.
struct JobPages {
    let database: Database
    let query: JobQuery
    /// In one look.
    let window: Int64
    static let windows = 10

    func page() throws -> JobPage {
        let limit = min(max(1, query.limit), StoreLimits.page)
        var jobs: [(seq: Int64, job: JobRecord)] = []
        // Everything from here on was looked at.
        var end = query.cursor?.rawValue ?? .max
        let select = try SQLStatement(database, sql)
        for _ in 0..<(isFiltered ? Self.windows : 1) {
            guard let newest = try newest(before: end) else { return page(of: jobs, next: nil) }
            let start = isFiltered ? newest - window + 1 : .min
            jobs += try select.bind(
                start, end, limit + 1 - jobs.count, query.kinds.jsonText, JobState.mask(of: query.states),
                query.queues.jsonText, query.tags.jsonText
            ).rows { ($0.seq, try $0.job()) }
            if jobs.count > limit {
                return page(of: jobs.dropLast(), next: jobs[limit - 1].seq)
            }
            end = start
        }
        let isMore = try newest(before: end) != nil
        return page(of: jobs, next: isMore ? end : nil)
    }

    private func page(of jobs: [(seq: Int64, job: JobRecord)], next: Int64?) -> JobPage {
        JobPage(jobs: jobs.map(\.job), next: next.map(JobCursor.init(rawValue:)))
    }

    private func newest(before end: Int64) throws -> Int64? {
        try SQLStatement(database, "SELECT seq FROM mainspring_job WHERE seq < ? ORDER BY seq DESC LIMIT 1").bind(end)
            .first {
                $0.seq
            }
    }

    private var isFiltered: Bool {
        !(query.kinds.isEmpty && query.states.isEmpty && query.queues.isEmpty && query.tags.isEmpty)
    }

    /// The parameters that a query does not use are bound all the same.
    private var sql: String {
        var sql = "SELECT \(JobColumns.list) FROM mainspring_job WHERE seq >= ?1 AND seq < ?2"
        if !query.kinds.isEmpty { sql += " AND kind IN (SELECT value FROM json_each(?4))" }
        if !query.states.isEmpty { sql += " AND ((?5 >> state) & 1)" }
        if !query.queues.isEmpty { sql += " AND queue IN (SELECT value FROM json_each(?6))" }
        if !query.tags.isEmpty {
            sql +=
                " AND tags IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value IN (SELECT value FROM json_each(?7)))"
        }
        return sql + " AND ?7 IS NOT NULL ORDER BY seq DESC LIMIT ?3"
    }
}
