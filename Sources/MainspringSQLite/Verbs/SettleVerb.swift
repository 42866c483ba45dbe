import MainspringCore
import MainspringStore

extension StoreTransaction {
    func settle(_ settlements: [Settlement]) throws -> [SettleResult] {
        guard !settlements.isEmpty else { return [] }
        let update = try statement(checksTokens ? Self.settle : Self.settleAnyToken)
        let history = try History(self)
        return try settlements.map { settlement in
            guard let seq = settlement.token.seq, let state = try end(settlement, seq, update, history) else {
                return .stale
            }
            news.formUnion([.ended, .work])
            move(settlement.queue, from: .running, to: state)
            return .settled(state)
        }
    }

    /// The state that was written; nil when the token no longer holds.
    private func end(
        _ settlement: Settlement, _ seq: Int64, _ update: SQLStatement, _ history: History
    ) throws -> JobState? {
        var state = settlement.nextState
        if try run(bind(update, settlement, seq, state, isSeen: false), seq: seq) > 0 {
            reach(.stepped)
            try history.append(settlement.attempt, output: settlement.output, to: seq)
            return state
        }
        // Stale; or something that most jobs have not: a request to cancel, reported output, a job that waits for it, many
        // attempts.
        guard let before = try running(settlement, seq) else { return nil }
        if before.job.cancelRequestedAt != nil, !state.isFinal { state = .cancelled }
        guard try run(bind(update, settlement, seq, state, isSeen: true), seq: seq) == 1 else { return nil }
        reach(.stepped)
        if before.marks.contains(.live) { try removeLiveOutput(of: seq) }
        try history.append(settlement.attempt, output: settlement.output, to: seq)
        try history.trim(seq)
        try moved(before, to: state, now: settlement.attempt.finishedAt ?? settlement.availableAt)
        return state
    }

    private func bind(
        _ update: SQLStatement, _ settlement: Settlement, _ seq: Int64, _ state: JobState, isSeen: Bool
    ) throws -> SQLStatement {
        let attempt = settlement.attempt
        let availableAt = state.isFinal ? nil : settlement.availableAt
        return try update.bind(
            seq, settlement.token.rawValue, settlement.id, settlement.queue, state, settlement.usesAttempt ? 1 : 0,
            settlement.isSnooze ? 1 : 0, settlement.priority.code,
            availableAt.map(settlement.priority.rank(availableAt:)), availableAt, attempt.startedAt,
            state.isFinal ? attempt.finishedAt ?? settlement.availableAt : nil, settlement.result, attempt.error?.code,
            attempt.error?.message, attempt.error?.detail, state.isFinal ? 1 : 0, isSeen ? 1 : 0)
    }

    private static let settle = settle(checking: "token = ?2")
    private static let settleAnyToken = settle(checking: "?2 IS NOT NULL")

    private static func settle(checking token: String) -> String {
        """
        UPDATE mainspring_job SET state = ?5, attempt = attempt + ?6, snoozes = snoozes + ?7, priority = ?8,
            rank = coalesce(?9, rank), scheduled_at = coalesce(?10, scheduled_at), started_at = ?11, finished_at = ?12,
            result = ?13, error_code = coalesce(?14, error_code), error_message = coalesce(?15, error_message),
            error_detail = iif(?14 IS NULL, error_detail, ?16),
            owner_node = NULL, owner_incarnation = NULL, token = NULL, lease_until = NULL,
            marks = marks & ~1, history = history + 1
        WHERE seq = ?1 AND \(token) AND id = ?3 AND queue = ?4 AND state = 3
            AND (?18 OR ((?17 OR cancel_requested_at IS NULL) AND marks = 0 AND history < \(StoreLimits.attemptsPerJob)))
        """
    }

    /// Nil when the token no longer holds.
    private func running(_ settlement: Settlement, _ seq: Int64) throws -> StoredJob? {
        let found = try statement(Self.running).bind(seq, settlement.token.rawValue, checksTokens ? 0 : 1)
            .first { try $0.stored() }
        guard let found, found.job.id == settlement.id, found.job.queue == settlement.queue else { return nil }
        return found
    }

    private static let running = """
        SELECT \(JobColumns.list) FROM mainspring_job WHERE seq = ?1 AND (token = ?2 OR ?3) AND state = 3
        """
}

extension AttemptToken {
    /// The job's place in the file, which the token carries behind its nonce.
    var seq: Int64? {
        guard let dot = rawValue.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return Int64(rawValue[rawValue.utf8.index(after: dot)...])
    }
}
