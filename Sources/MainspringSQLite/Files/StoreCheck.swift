import GRDB
import MainspringCore

/// Looks through a whole file for what no step leaves behind.
struct StoreCheck {
    /// What one rule says of the rows that break it, and the query for their count and the first of them.
    private struct Rule {
        let says: String
        let query: String

        init(_ says: String, _ condition: String) {
            self.says = says
            query = "SELECT count(*), min(id) FROM mainspring_job WHERE \(condition)"
        }

        init(_ says: String, query: String) {
            self.says = says
            self.query = query
        }
    }

    let database: Database

    /// One sentence for each kind of damage; none when the file is whole.
    func problems(path: String) throws -> [String] {
        guard try Schema.version(of: database, path: path) == Schema.version else {
            return ["the file has no tables of this version; the next start of a node makes them"]
        }
        var problems: [String] = []
        do {
            try SQLStatement(database, "PRAGMA integrity_check(20)").forEachRow { row in
                if row.text(0) != "ok" { problems.append("SQLite: \(row.text(0))") }
            }
            for rule in Self.rules { if let problem = try broken(rule) { problems.append(problem) } }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            problems.append("SQLite: \(error.message ?? "the file is damaged")")
        }
        return problems
    }

    private func broken(_ rule: Rule) throws -> String? {
        let found = try SQLStatement(database, rule.query).first { row in (count: row.int(0), example: row.textOrNil(1))
        }
        guard let found, found.count > 0 else { return nil }
        return "\(found.count) \(rule.says)" + (found.example.map { ", the first is \($0)" } ?? "")
    }

    private static let rules = [
        Rule(
            "jobs have a state, a priority or a rule that no version wrote",
            "state NOT BETWEEN 0 AND 7 OR priority NOT BETWEEN 0 AND 3 OR unique_rule NOT BETWEEN 0 AND 4"),
        Rule(
            "running jobs are held by nobody",
            "state = 3 AND (token IS NULL OR owner_node IS NULL OR owner_incarnation IS NULL OR lease_until IS NULL)"),
        Rule(
            "jobs are held by an attempt and do not run",
            "state <> 3 AND (token IS NOT NULL OR owner_node IS NOT NULL OR lease_until IS NOT NULL OR marks & 1)"),
        Rule("jobs have a token that is not theirs", "token IS NOT NULL AND token NOT LIKE '%.' || seq"),
        Rule("jobs ended and have no end, or have one and go on", "(state >= 5) <> (finished_at IS NOT NULL)"),
        Rule("jobs are parked and not available", "parked IS NOT NULL AND state <> 2"),
        Rule(
            "waiting jobs have a place that is not that of their time and priority",
            """
            state IN (0, 1, 2, 4) AND rank <> scheduled_at - CASE priority
                WHEN 0 THEN 600000000 WHEN 1 THEN 120000000 WHEN 2 THEN 0 ELSE -120000000 END
            """),
        Rule(
            "jobs have a unique key without a rule, or a rule without a key",
            "unique_key IS NULL AND (unique_mask <> 0 OR unique_rule <> 0 OR unique_until IS NOT NULL)"),
        Rule(
            "jobs wait for the end of another that is not there",
            """
            state = 0 AND NOT EXISTS (SELECT 1 FROM mainspring_job AS holder WHERE holder.unique_key IS NOT NULL
                AND ((holder.unique_mask >> holder.state) & 1) AND holder.marks & 2
                AND holder.unique_key || '+next' = mainspring_job.unique_key)
            """),
        Rule(
            "jobs say that their output so far is here, and it is not",
            "marks & 1 AND seq NOT IN (SELECT job FROM mainspring_live)"),
        Rule(
            "outputs belong to no attempt that runs",
            query: """
                SELECT count(*), min(job) FROM mainspring_live
                WHERE job NOT IN (SELECT seq FROM mainspring_job WHERE state = 3 AND marks & 1)
                """),
        Rule(
            "jobs count other attempts than they have",
            """
            history <> coalesce((SELECT max(ord) FROM mainspring_attempt WHERE mainspring_attempt.job = mainspring_job.seq), 0)
            """),
        Rule(
            "attempts belong to no job",
            query: """
                SELECT count(*), min(job) FROM mainspring_attempt WHERE job NOT IN (SELECT seq FROM mainspring_job)
                """),
        Rule(
            "counters differ from what they count",
            query: """
                WITH counted(queue, state, n) AS (
                    SELECT queue, state, count(*) FROM mainspring_job GROUP BY queue, state
                    UNION ALL SELECT queue, 8, count(*) FROM mainspring_job WHERE parked IS NOT NULL GROUP BY queue),
                stored(queue, state, n) AS (SELECT queue, state, n FROM mainspring_tally WHERE n <> 0),
                wrong(queue) AS (
                    SELECT queue FROM (SELECT * FROM counted EXCEPT SELECT * FROM stored)
                    UNION ALL SELECT queue FROM (SELECT * FROM stored EXCEPT SELECT * FROM counted))
                SELECT count(*), 'that of the queue ' || min(queue) FROM wrong
                """),
        Rule(
            "terms too many or too few are there",
            query: "SELECT abs(count(*) - 1), NULL FROM mainspring_term"),
        Rule(
            "lists and objects are not JSON",
            query: """
                SELECT count(*), min(id) FROM mainspring_job
                WHERE tags IS NOT NULL AND NOT json_valid(tags) OR metadata IS NOT NULL AND NOT json_valid(metadata)
                """),
    ]
}
