import MainspringCore
import MainspringStore

extension StoreTransaction {
    func prune(under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int) throws -> Int {
        try check(term)
        let find = try statement(
            """
            SELECT seq, queue FROM mainspring_job INDEXED BY mainspring_job_final
            WHERE state >= 5 AND state = ?1 AND finished_at < ?2 AND (unique_until IS NULL OR unique_until <= ?3)
            ORDER BY finished_at, seq LIMIT ?4
            """)
        let removeAttempts = try statement("DELETE FROM mainspring_attempt WHERE job = ?")
        let removeJob = try statement("DELETE FROM mainspring_job WHERE seq = ?")
        var left = max(0, limit)
        for state in JobState.allCases where state.isFinal {
            guard left > 0, let time = finishedBefore[state] else { continue }
            for (seq, queue) in try find.bind(state, time, now, left).rows({ ($0.int(0), $0.text(1)) }) {
                try removeAttempts.bind(seq).run()
                reach(.stepped)
                try removeJob.bind(seq).run()
                reach(.stepped)
                count(queue, state, -1)
                left -= 1
            }
        }
        return max(0, limit) - left
    }
}
