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
    private(set) var isQuiet = false

    init(workers: [String: Int]) {
        queues = workers.mapValues { Queue(free: $0) }
    }

    /// Nothing is claimed now and never will be.
    var isAtRest: Bool { isQuiet && !isClaiming }

    mutating func wake(_ name: String) {
        queues[name]?.mayHaveWork = true
        if isClaiming { queues[name]?.wokenMeanwhile = true }
    }

    mutating func wakeAll() {
        for name in queues.keys { wake(name) }
    }

    /// A slot is free again.
    mutating func finished(_ name: String) {
        queues[name]?.free += 1
    }

    /// No more claims.
    mutating func quiesce() {
        isQuiet = true
    }

    /// The next claim: queue → slots. Nil while one is under way, or when there is nothing to ask for. A claim must be
    /// answered by ``claimed(_:of:)`` or ``claimFailed()``.
    mutating func nextClaim() -> [String: Int]? {
        guard !isQuiet, !isClaiming else { return nil }
        let demand = queues.filter { $0.value.mayHaveWork && $0.value.free > 0 }.mapValues(\.free)
        guard !demand.isEmpty else { return nil }
        isClaiming = true
        return demand
    }

    mutating func claimed(_ counts: [String: Int], of demand: [String: Int]) {
        isClaiming = false
        for (name, asked) in demand {
            let got = counts[name] ?? 0
            queues[name]?.free -= got
            if got < asked, queues[name]?.wokenMeanwhile == false { queues[name]?.mayHaveWork = false }
            queues[name]?.wokenMeanwhile = false
        }
    }

    mutating func claimFailed() {
        isClaiming = false
    }
}
