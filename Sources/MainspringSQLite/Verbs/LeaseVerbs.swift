import MainspringCore
import MainspringStore

extension StoreTransaction {
    func renew(_ tokens: [AttemptToken], lease: Duration) throws -> Renewal {
        let plain = try statement(Self.renewPlain)
        let end = steady.end(after: lease)
        var renewal = Renewal()
        for token in tokens {
            guard let seq = token.seq else {
                renewal.lost.insert(token)
                continue
            }
            if try plain.bind(seq, token.rawValue, end).run() == 0 {
                let isThere = try statement(Self.renew).bind(seq, token.rawValue, end).run() > 0
                if isThere { renewal.cancelRequested.insert(token) } else { renewal.lost.insert(token) }
            }
            reach(.stepped)
        }
        return renewal
    }

    /// Most attempts were not asked to stop: the rows need no reading.
    private static let renewPlain = renew + " AND cancel_requested_at IS NULL"

    private static let renew = "UPDATE mainspring_job SET lease_until = ?3 WHERE seq = ?1 AND token = ?2 AND state = 3"

    func report(_ reports: [AttemptReport], now: Timestamp) throws -> [ReportResult] {
        let plain = try statement(Self.reportPlain)
        return try reports.map { report in
            guard let seq = report.token.seq else { return .stale }
            var isCancelRequested = false
            if try bind(plain, report, seq, now).run() == 0 {
                guard try bind(statement(Self.report), report, seq, now).run() > 0 else { return .stale }
                isCancelRequested = true
            }
            reach(.stepped)
            if let output = report.output { try writeLiveOutput(output, of: seq) }
            return .recorded(cancelRequested: isCancelRequested)
        }
    }

    private func bind(
        _ update: SQLStatement, _ report: AttemptReport, _ seq: Int64, _ now: Timestamp
    ) throws -> SQLStatement {
        try update.bind(
            seq, report.token.rawValue, report.id, now, report.progress?.storedFraction, report.progress?.message,
            report.output == nil ? 0 : JobMarks.live.rawValue, checksTokens ? 0 : 1)
    }

    private static let reportPlain = report + " AND cancel_requested_at IS NULL"

    private static let report = """
        UPDATE mainspring_job SET heartbeat_at = ?4, progress = coalesce(?5, progress),
            progress_message = iif(?5 IS NULL, progress_message, ?6), marks = marks | ?7
        WHERE seq = ?1 AND (token = ?2 OR ?8) AND id = ?3 AND state = 3
        """
}
