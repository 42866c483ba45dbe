/// The verbs that write.
package enum StoreVerb: String, Sendable, CaseIterable {
    case insert, restore, exchange, renew, report, promote, reclaim, park, cancel, retry, prune, setPaused, beat, leave
    case ask
}

/// The places between a verb's steps where the crash suite lets the process die.
package enum CrashPoint: String, Sendable, CaseIterable {
    /// The transaction is open, nothing is written.
    case began
    /// One statement of the verb has written; comes once for each.
    case stepped
    /// All is written, the commit is next.
    case written
    /// Committed, and the caller does not know yet.
    case committed
}

package typealias CrashHook = @Sendable (StoreVerb, CrashPoint) -> Void
