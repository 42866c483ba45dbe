import MainspringCore
import MainspringStore

extension StoreTransaction {
    /// A waiting job takes over the content of a newer one with its key. Returns what it is now.
    func replace(_ waiting: StoredJob, with new: JobRecord) throws -> JobRecord {
        let old = waiting.job
        let state: JobState = old.state == .pending ? .pending : new.state
        let hold = old.state == .pending ? new.unique?.following : new.unique
        try statement(Self.replace).bind(
            waiting.seq, new.arguments, new.version, new.priority.code, new.priority.rank(availableAt: new.scheduledAt),
            new.maxAttempts, new.maxRescues, new.scheduledAt, new.tags.isEmpty ? nil : new.tags.jsonText,
            new.metadata.isEmpty ? nil : new.metadata.jsonText, new.deadline, state, hold.mask, hold.ruleCode,
            hold?.until,
            hold?.key
        ).run()
        move(old.queue, from: old.state, to: state)
        if old.parked != nil { countParked(old.queue, -1) }
        news.insert(.work)
        reach(.stepped)
        guard let changed = try find(old.id)?.job else { throw StoreFailure.damaged("a job left its index") }
        return changed
    }

    /// The key is the one that it holds already, so no index refuses this.
    private static let replace = """
        UPDATE mainspring_job SET args = ?2, version = ?3, priority = ?4, rank = ?5, max_attempts = max(?6, attempt + 1),
            max_rescues = ?7, scheduled_at = ?8, tags = ?9, metadata = ?10, deadline = ?11, state = ?12, unique_mask = ?13,
            unique_rule = ?14, unique_until = ?15, unique_key = ?16, parked = NULL
        WHERE seq = ?1
        """
}
