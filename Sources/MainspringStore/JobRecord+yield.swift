package import MainspringCore

extension JobRecord {
    /// It ends without having run: another job does the same work.
    package mutating func yield(to holder: JobID, now: Timestamp) {
        state = .cancelled
        finishedAt = now
        error = .uniqueConflict(with: holder)
        unique = nil
    }
}
