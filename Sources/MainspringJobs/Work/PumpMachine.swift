/// Decides when to ask the store, and for what: the ends of attempts to write, and free slots to fill, where there may be work.
/// Pure; `JobEngine` is its shell.
///
/// While an exchange is under way, what comes goes with the next: nothing waits for company, and no more can gather than there
/// are slots. Where the way to the store is long, a second one may leave before the first has come back, when the ends of a
/// quarter of the slots have gathered. The slots of the attempts whose ends are written are filled by the same exchange. A queue
/// is asked again only after something says that it may hold work (an insert, a promotion, a retry, a resume, or a claim that
/// was filled): an idle node asks nothing.
struct PumpMachine {
    private struct Queue {
        /// Slots that no exchange under way is to fill.
        var free: Int
        /// Slots of attempts that have ended, and whose ends are not written.
        var ended = 0
        var mayHaveWork = true
        /// Woken while a claim was under way, whose answer may be older than the news.
        var wokenMeanwhile = false
    }

    /// One question to the store.
    struct Exchange: Equatable {
        /// Queue → slots to fill.
        var demand: [String: Int] = [:]
        /// Queue → slots of the ends that are written.
        var ended: [String: Int] = [:]
        /// Ends to write: all that waited. Some may free no slot.
        var ends = 0
    }

    private var queues: [String: Queue]
    private var waitingEnds = 0
    private var asking = 0
    private let mostAtOnce: Int
    /// Ends for which another exchange leaves beside those under way.
    private let bulk: Int
    /// After a failure, until ``backedOff()``.
    private var isBackingOff = false
    private(set) var isQuiet = false
    /// Takes no jobs for now; what runs goes on.
    private(set) var isDraining = false

    init(workers: [String: Int], exchangesAtOnce: Int = 1) {
        queues = workers.mapValues { Queue(free: $0) }
        mostAtOnce = max(1, exchangesAtOnce)
        bulk = max(1, workers.values.reduce(0, +) / 4)
    }

    var isAsking: Bool { asking > 0 }

    /// Nothing is asked now, and nothing waits to be written.
    var isAtRest: Bool { isQuiet && !isAsking && waitingEnds == 0 }

    mutating func wake(_ name: String) {
        queues[name]?.mayHaveWork = true
        queues[name]?.wokenMeanwhile = true
    }

    mutating func wakeAll() {
        for name in queues.keys { wake(name) }
    }

    /// The end of an attempt waits to be written; its slot is free with it, unless the attempt still runs.
    mutating func ended(_ name: String, freesSlot: Bool = true) {
        waitingEnds += 1
        if freesSlot { queues[name]?.ended += 1 }
    }

    /// A slot is free whose attempt's end was written before, or never will be.
    mutating func freed(_ name: String) {
        queues[name]?.free += 1
    }

    /// No more claims, for good.
    mutating func quiesce() {
        isQuiet = true
    }

    mutating func drain(_ isDraining: Bool) {
        self.isDraining = isDraining
        if !isDraining { wakeAll() }
    }

    /// The next question. Nil while enough are under way or one was failing just now, or when there is nothing to ask. It must
    /// be answered by ``answered(_:claimed:)`` or ``failed(_:)``. It claims nothing unless it `mayClaim`; then it waits for a
    /// wake.
    mutating func next(mayClaim: Bool = true) -> Exchange? {
        guard !isBackingOff, asking == 0 || (asking < mostAtOnce && waitingEnds >= bulk) else { return nil }
        var exchange = Exchange(ends: waitingEnds)
        for (name, queue) in queues {
            if queue.ended > 0 { exchange.ended[name] = queue.ended }
            guard mayClaim, !isQuiet, !isDraining, queue.mayHaveWork, queue.free + queue.ended > 0 else { continue }
            exchange.demand[name] = queue.free + queue.ended
        }
        guard exchange.ends > 0 || !exchange.demand.isEmpty else { return nil }
        asking += 1
        waitingEnds = 0
        for name in exchange.ended.keys { queues[name]?.ended = 0 }
        for name in exchange.demand.keys {
            queues[name]?.free = 0
            queues[name]?.wokenMeanwhile = false
        }
        return exchange
    }

    /// The ends are written, and so many jobs were claimed.
    mutating func answered(_ exchange: Exchange, claimed counts: [String: Int]) {
        asking -= 1
        for (name, ended) in exchange.ended where exchange.demand[name] == nil { queues[name]?.free += ended }
        for (name, asked) in exchange.demand {
            let got = counts[name] ?? 0
            queues[name]?.free += asked - got
            if got == asked {
                queues[name]?.mayHaveWork = true
            } else if queues[name]?.wokenMeanwhile == false {
                queues[name]?.mayHaveWork = false
            }
        }
    }

    /// Nothing was written; what was asked is asked again after ``backedOff()``.
    mutating func failed(_ exchange: Exchange) {
        asking -= 1
        isBackingOff = true
        waitingEnds += exchange.ends
        for (name, ended) in exchange.ended { queues[name]?.ended += ended }
        for (name, asked) in exchange.demand { queues[name]?.free += asked - (exchange.ended[name] ?? 0) }
    }

    /// The delay after a failure is over.
    mutating func backedOff() {
        isBackingOff = false
    }
}
