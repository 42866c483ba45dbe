package import MainspringCore

extension JobRecord {
    /// It ends without having run: another job does the same work.
    package mutating func yield(to holder: JobID, now: Timestamp) {
        state = .cancelled
        finishedAt = now
        error = .uniqueConflict(with: holder)
        unique = nil
    }

    // MARK: A job that comes from elsewhere

    /// Of the job whose end it waits for (`pending`, ``UniqueConflict/keepLast``).
    package var awaitedKey: String? {
        guard state == .pending, let unique, unique.until == nil, unique.states.contains(.pending),
            unique.released.key != unique.key
        else { return nil }
        return unique.released.key
    }

    /// What it was waiting for has ended, or is not there.
    package mutating func waitNoLonger(now: Timestamp) {
        unique = unique?.released
        state = scheduledAt > now ? .scheduled : .available
    }

    /// Another job holds its key. One that has ended, or whose time with the key is over, goes on without it.
    package mutating func resign(to holder: JobID, now: Timestamp) -> RestoreResult {
        let isOver = unique?.until.map { $0 <= now } ?? false
        unique = nil
        if state.isFinal || isOver { return .restored }
        yield(to: holder, now: now)
        return .yielded(to: holder)
    }
}
