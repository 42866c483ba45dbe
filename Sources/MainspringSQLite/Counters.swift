import MainspringCore

/// What one step does to the counters, by queue.
struct Counters {
    private struct Queue {
        let name: String
        /// By state, and ``parkedCode``.
        var changes: InlineArray<9, Int> = .init(repeating: 0)
        /// Waiting jobs, this step's included; nil while nobody asked.
        var waiting: Int?

        init(_ name: String) { self.name = name }
    }

    private var queues: [Queue] = []
    private var places: [String: Int] = [:]
    /// Most steps stay in one queue.
    private var last = 0

    mutating func count(_ queue: String, _ state: JobState, _ change: Int) {
        let place = place(of: queue)
        queues[place].changes[Int(state.code)] += change
        if state.isWaiting { queues[place].waiting? += change }
    }

    mutating func countParked(_ queue: String, _ change: Int) {
        queues[place(of: queue)].changes[Int(parkedCode)] += change
    }

    /// Nil while nobody asked.
    mutating func waiting(in queue: String) -> Int? { queues[place(of: queue)].waiting }

    /// Takes the number that the file has, before this step.
    mutating func set(stored: Int, waitingIn queue: String) -> Int {
        let place = place(of: queue)
        let changed = JobState.allCases.reduce(0) { sum, state in
            state.isWaiting ? sum + queues[place].changes[Int(state.code)] : sum
        }
        queues[place].waiting = stored + changed
        return stored + changed
    }

    func forEachChange(_ body: (_ queue: String, _ code: Int, _ change: Int) throws -> Void) rethrows {
        for queue in queues {
            for code in queue.changes.indices where queue.changes[code] != 0 {
                try body(queue.name, code, queue.changes[code])
            }
        }
    }

    private mutating func place(of queue: String) -> Int {
        if last < queues.count, queues[last].name == queue { return last }
        if let place = places[queue] {
            last = place
        } else {
            last = queues.count
            places[queue] = last
            queues.append(Queue(queue))
        }
        return last
    }
}
