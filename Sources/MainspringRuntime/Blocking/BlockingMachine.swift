/// Which thread of a pool does which piece of work, and what waits; pure.
struct BlockingMachine: Sendable {
    typealias Ticket = Int
    typealias Worker = Int

    enum Input: Sendable, Hashable {
        case submit(Ticket)
        /// Counts only while the work waits.
        case cancel(Ticket)
        case finished(Worker)
        /// The thread could not be made.
        case startFailed(Worker)
        case idleTooLong(Worker)
        case close
        /// The end of the wait for what runs.
        case closeNow
    }

    enum Refusal: Sendable, Hashable { case full, closed, cancelled, noThread }

    enum Action: Sendable, Hashable {
        case startThread(Worker)
        case hand(Ticket, to: Worker)
        case refuse(Ticket, Refusal)
        case watchIdle(Worker)
        case unwatchIdle(Worker)
        case endThread(Worker)
        /// Nothing runs or waits any more, or the wait for it is over.
        case closed
    }

    private enum Phase { case open, closing, closed }

    let threads: Int
    /// Of waiting work; nil: none.
    let limit: Int?
    private(set) var busy: [Worker: Ticket] = [:]
    /// The last to become idle is the first to work again, so that the others can end.
    private(set) var idle: [Worker] = []
    private(set) var waiting = TicketQueue()
    private var lastWorker = 0
    private var phase = Phase.open

    init(threads: Int, limit: Int?) {
        self.threads = max(1, threads)
        self.limit = limit
    }

    var threadCount: Int { busy.count + idle.count }

    mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .submit(let ticket): submit(ticket)
        case .cancel(let ticket): waiting.remove(ticket) ? [.refuse(ticket, .cancelled)] : []
        case .finished(let worker): finished(worker)
        case .startFailed(let worker): startFailed(worker)
        case .idleTooLong(let worker): endIdle(worker)
        case .close: close()
        case .closeNow: closeNow()
        }
    }

    private mutating func submit(_ ticket: Ticket) -> [Action] {
        guard phase == .open else { return [.refuse(ticket, .closed)] }
        if let worker = idle.popLast() {
            busy[worker] = ticket
            return [.unwatchIdle(worker), .hand(ticket, to: worker)]
        }
        if busy.count < threads {
            lastWorker += 1
            busy[lastWorker] = ticket
            return [.startThread(lastWorker), .hand(ticket, to: lastWorker)]
        }
        guard waiting.count < limit ?? .max else { return [.refuse(ticket, .full)] }
        waiting.append(ticket)
        return []
    }

    private mutating func finished(_ worker: Worker) -> [Action] {
        busy[worker] = nil
        if let ticket = waiting.popFirst() {
            busy[worker] = ticket
            return [.hand(ticket, to: worker)]
        }
        guard phase == .open else { return [.endThread(worker)] + finishClosing() }
        idle.append(worker)
        return [.watchIdle(worker)]
    }

    /// Its work goes first once another thread is free; with no other it cannot be done.
    private mutating func startFailed(_ worker: Worker) -> [Action] {
        guard let ticket = busy.removeValue(forKey: worker) else { return [] }
        guard !busy.isEmpty else { return [.refuse(ticket, .noThread)] + finishClosing() }
        waiting.prepend(ticket)
        return []
    }

    private mutating func endIdle(_ worker: Worker) -> [Action] {
        guard let index = idle.firstIndex(of: worker) else { return [] }
        idle.remove(at: index)
        return [.endThread(worker)]
    }

    private mutating func close() -> [Action] {
        guard phase == .open else { return phase == .closed ? [.closed] : [] }
        phase = .closing
        defer { idle = [] }
        return idle.flatMap { [.unwatchIdle($0), .endThread($0)] } + finishClosing()
    }

    private mutating func closeNow() -> [Action] {
        guard phase == .closing else { return [] }
        phase = .closed
        return waiting.removeAll().map { .refuse($0, .closed) } + [.closed]
    }

    private mutating func finishClosing() -> [Action] {
        guard phase == .closing, busy.isEmpty, waiting.count == 0 else { return [] }
        phase = .closed
        return [.closed]
    }
}
