import MainspringCore

/// What the store knows of the jobs of one queue. One object, which its jobs know.
final class MemoryQueue {
    /// Those that can be handed out.
    private(set) var line = OrderedLine()
    /// Available jobs that no live node can run.
    private(set) var parked: Set<Int64> = []
    private var counts = [Int](repeating: 0, count: JobState.allCases.count)

    /// States without a job are left out.
    var countsByState: [JobState: Int] {
        let counted = JobState.allCases.map { ($0, counts[$0.place]) }
        return Dictionary(uniqueKeysWithValues: counted.filter { $0.1 > 0 })
    }

    var waiting: Int {
        JobState.allCases.reduce(0) { $0 + ($1.isWaiting ? counts[$1.place] : 0) }
    }

    func add(_ job: MemoryJob) {
        counts[job.record.state.place] += 1
        if job.isInLine { line.insert(job.place) }
        if job.record.parked != nil { parked.insert(job.seq) }
    }

    func remove(_ job: MemoryJob) {
        counts[job.record.state.place] -= 1
        if job.isInLine { line.remove(job.place) }
        if job.record.parked != nil { parked.remove(job.seq) }
    }
}

extension JobState {
    /// Among all states. Spelled out: every change of a job asks for it.
    fileprivate var place: Int {
        switch self {
        case .pending: 0
        case .scheduled: 1
        case .available: 2
        case .running: 3
        case .retryable: 4
        case .completed: 5
        case .cancelled: 6
        case .discarded: 7
        }
    }
}
