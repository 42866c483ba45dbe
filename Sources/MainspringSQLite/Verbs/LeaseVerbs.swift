import MainspringCore
import MainspringStore

extension StoreTransaction {
    func renew(_ tokens: [AttemptToken], lease: Duration) throws -> Renewal {
        let update = try statement(
            """
            UPDATE mainspring_job SET lease_until = ?3 WHERE seq = ?1 AND token = ?2 AND state = 3
            RETURNING cancel_requested_at IS NOT NULL
            """)
        let end = steady.end(after: lease)
        var renewal = Renewal()
        for token in tokens {
            var isCancelRequested: Bool?
            if let seq = token.seq {
                try update.bind(seq, token.rawValue, end).forEachRow { isCancelRequested = $0.int(0) != 0 }
                reach(.stepped)
            }
            switch isCancelRequested {
            case true?: renewal.cancelRequested.insert(token)
            case false?: break
            case nil: renewal.lost.insert(token)
            }
        }
        return renewal
    }

    func report(_ reports: [AttemptReport], now: Timestamp) throws -> [ReportResult] {
        let update = try statement(
            """
            UPDATE mainspring_job SET heartbeat_at = ?4, progress = coalesce(?5, progress),
                progress_message = iif(?5 IS NULL, progress_message, ?6), marks = marks | ?7
            WHERE seq = ?1 AND (token = ?2 OR ?8) AND id = ?3 AND state = 3
            RETURNING cancel_requested_at IS NOT NULL
            """)
        return try reports.map { report in
            var isCancelRequested: Bool?
            if let seq = report.token.seq {
                try update.bind(
                    seq, report.token.rawValue, report.id, now, report.progress?.storedFraction, report.progress?.message,
                    report.output == nil ? 0 : 1, checksTokens ? 0 : 1
                ).forEachRow { isCancelRequested = $0.int(0) != 0 }
                reach(.stepped)
                if isCancelRequested != nil, let output = report.output { try writeLiveOutput(output, of: seq) }
            }
            return isCancelRequested.map { .recorded(cancelRequested: $0) } ?? .stale
        }
    }
}
