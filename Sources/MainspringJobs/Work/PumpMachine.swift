/// Decides when to claim, and how much of each queue: free slots, where there may be work. Pure; `JobEngine` is its shell.
///
/// A queue is asked again only after something says that it may hold work (an insert, a promotion, a retry, a resume, or a
/// claim that was filled): an idle node asks nothing.
struct PumpMachine {
    private struct Queue {
        var free: Int
        var mayHaveWork = true
        /// Woken while a claim was under way, whose answer may be older than the news.
        var wokenMeanwhile = false
    }

    private var queues: [String: Queue]
    private(set) var isClaiming = false
    /// After a failed claim, until ``backedOff()``.
    private var isBackingOff = false
    private(set) var isQuiet = false

    init(workers: [String: Int]) {
        queues = workers.mapValues { Queue(free: $0) }
    }

    /// Nothing is claimed now and never will be.
    var isAtRest: Bool { isQuiet && !isClaiming }

    mutating func wake(_ name: String) {
        queues[name]?.mayHaveWork = true
        queues[name]?.wokenMeanwhile = true
    }

    /// A slot is free again.
    mutating func finished(_ name: String) {
        queues[name]?.free += 1
    }

    /// No more claims.
    mutating func quiesce() {
        isQuiet = true
    }

    /// The next claim: queue → slots. Nil while one is under way or was failing just now, or when there is nothing to ask
    /// for. A claim must be answered by ``claimed(_:of:)`` or ``claimFailed()``.
    mutating func nextClaim() -> [String: Int]? {
        guard !isQuiet, !isClaiming, !isBackingOff else { return nil }
        let demand = queues.filter { $0.value.mayHaveWork && $0.value.free > 0 }.mapValues(\.free)
        guard !demand.isEmpty else { return nil }
        isClaiming = true
        for name in demand.keys { queues[name]?.wokenMeanwhile = false }
        return demand
    }

    mutating func claimed(_ counts: [String: Int], of demand: [String: Int]) {
        isClaiming = false
        for (name, asked) in demand {
            let got = counts[name] ?? 0
            queues[name]?.free -= got
            if got < asked, queues[name]?.wokenMeanwhile == false { queues[name]?.mayHaveWork = false }
        }
    }

    /// What was asked for is asked again, after ``backedOff()``.
    mutating func claimFailed() {
        isClaiming = false
        isBackingOff = true
    }

    /// The delay after a failed claim is over.
    mutating func backedOff() {
        isBackingOff = false
    }
}
