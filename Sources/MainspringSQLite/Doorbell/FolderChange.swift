import MainspringCore

/// When a folder's list of names changed last, as its file system has it.
struct FolderChange: Sendable, Equatable {
    var seconds: Int
    var nanoseconds: Int

    /// Whether a later change must show as another time. `now` was read before the names were, on the clock that the file
    /// system reads: the time of the kernel's last tick.
    ///
    /// What changes twice within a tick, or within a second where whole seconds are kept, looks as if it changed once. A time
    /// in the future, which a clock that was set back leaves, is as good as one in the past.
    func isSettled(at now: Timestamp) -> Bool {
        let changed = Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(nanoseconds) / 1000)
        let distance = changed < now ? now - changed : changed - now
        return distance > (nanoseconds == 0 ? .seconds(2) : .milliseconds(20))
    }
}
