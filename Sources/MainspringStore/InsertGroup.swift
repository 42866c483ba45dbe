import MainspringCore

/// What a group answers once one of its jobs was refused.
package enum InsertGroup {
    /// What the group wrote, or what refers to that, was not written; what was there before keeps its answer.
    package static func refused(_ results: [InsertResult], of group: [NewJob]) -> [InsertResult] {
        let written = Set(
            results.compactMap { result -> JobID? in
                switch result {
                case .inserted(let record), .replaced(let record): record.id
                default: nil
                }
            })
        let fired = Set(zip(results, group).compactMap { $0.countsAsFired ? $1.instantOfSchedule : nil })
        return zip(results, group).map { result, new in
            switch result {
            case .queueFull, .idConflict, .staleParent, .staleTerm: result
            case .duplicate(let holder): written.contains(holder.id) ? .notWritten : result
            case .alreadyFired: new.instantOfSchedule.map(fired.contains) == true ? .notWritten : result
            case .inserted, .replaced, .overlapped, .notWritten: .notWritten
            }
        }
    }
}

extension InsertResult {
    /// The job was refused, and with it its group.
    public var isRefusal: Bool {
        switch self {
        case .queueFull, .idConflict, .staleParent, .staleTerm: true
        default: false
        }
    }

    fileprivate var countsAsFired: Bool {
        switch self {
        case .inserted, .replaced, .duplicate, .overlapped: true
        default: false
        }
    }
}

extension NewJob {
    fileprivate var instantOfSchedule: ScheduleOccurrence? {
        occurrence.map { ScheduleOccurrence(schedule: $0.schedule, instant: $0.instant, skipsOverlap: false) }
    }
}
