package import MainspringCore

/// What becomes of a new job whose unique key a holder has, by the new job's own rule.
package enum UniqueResolution<Job> {
    case refuse
    /// This waiting job takes over the content.
    case replace(Job)
    /// It waits for the end of the holder.
    case follow

    /// `follower` is the job that waits for the end of the holder, if there is one.
    package init(_ rule: UniqueConflict, holder: Job, _ state: JobState, follower: Job?) {
        let waits = [.scheduled, .available, .retryable].contains(state)
        switch rule {
        case .replace, .debounce: self = waits ? .replace(holder) : .refuse
        // Before the holder, also while that waits again: else the older of the two would run last.
        case .keepLast where follower != nil: self = follower.map { .replace($0) } ?? .refuse
        case .keepLast where state == .running: self = .follow
        case .keepLast: self = waits ? .replace(holder) : .refuse
        case .reject, .throttle: self = .refuse
        }
    }
}
