import MainspringCore
import MainspringStore

extension StoreTransaction {
    func settle(_ settlements: [Settlement]) throws -> [SettleResult] {
        let update = try statement(
            """
            UPDATE job SET state = ?5, attempt = attempt + ?6, snoozes = snoozes + ?7, priority = ?8, rank = coalesce(?9, rank),
                scheduled_at = coalesce(?10, scheduled_at), started_at = ?11, finished_at = ?12, result = ?13,
                error_code = coalesce(?14, error_code), error_message = coalesce(?15, error_message),
                error_detail = CASE WHEN ?14 IS NULL THEN error_detail ELSE ?16 END,
                owner_node = NULL, owner_incarnation = NULL, token = NULL, lease_until = NULL
            WHERE seq = ?1 AND \(checksTokens ? "token = ?2" : "?2 IS NOT NULL") AND id = ?3 AND queue = ?4 AND state = 3
                AND (?17 OR cancel_requested_at IS NULL)
            """)
        let history = try History(self)
        return try settlements.map { settlement in
            guard let seq = settlement.token.seq else { return .stale }
            var state = settlement.nextState
            try bind(update, settlement, seq: seq, state: state)
            if try run(update, seq: seq) == 0 {
                // Stale; or its cancel was requested meanwhile, so it does not wait again.
                guard !state.isFinal else { return .stale }
                state = .cancelled
                try bind(update, settlement, seq: seq, state: state)
                guard try run(update, seq: seq) == 1 else { return .stale }
            }
            reach(.stepped)
            try history.append(settlement.attempt, output: settlement.output, to: seq)
            move(settlement.queue, from: .running, to: state)
            return .settled(state)
        }
    }

    private func bind(_ update: SQLStatement, _ settlement: Settlement, seq: Int64, state: JobState) throws {
        let attempt = settlement.attempt
        let availableAt = state.isFinal ? nil : settlement.availableAt
        _ = try update.bind(
            seq, settlement.token.rawValue, settlement.id, settlement.queue, state, settlement.usesAttempt ? 1 : 0,
            settlement.isSnooze ? 1 : 0, settlement.priority.code,
            availableAt.map(settlement.priority.rank(availableAt:)),
            availableAt, attempt.startedAt, state.isFinal ? attempt.finishedAt ?? settlement.availableAt : nil,
            settlement.result, attempt.error?.code, attempt.error?.message, attempt.error?.detail, state.isFinal ? 1 : 0
        )
    }
}

extension AttemptToken {
    /// The job's place in the file, which the token carries behind its nonce.
    var seq: Int64? {
        guard let dot = rawValue.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return Int64(rawValue[rawValue.utf8.index(after: dot)...])
    }
}
