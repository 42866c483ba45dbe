import MainspringCore

/// When which part of the pool is asked, and what its silence means, as a pure value.
///
/// A beat that comes too late shows that the process was stopped, or the machine asleep or overloaded: then the whole time
/// since the beat before does not count, as nobody knows when in it the process stood still. So a node that was descheduled
/// is never taken for a wedged one; counting begins again with what follows.
struct HeartMachine: Sendable {
    let policy: HeartPolicy
    /// Every so many beats, what is not vital is asked: each question wakes a thread.
    static let rarely = 4
    private var beats = 0
    private var lastBeat: MonotonicInstant
    /// Since when each part owes an answer.
    private var asked: [PoolPart: MonotonicInstant] = [:]

    init(policy: HeartPolicy, at now: MonotonicInstant) {
        self.policy = policy
        lastBeat = now
    }

    /// Once every interval; returns the parts to ask.
    mutating func beat(at now: MonotonicInstant) -> [PoolPart] {
        if isLate(at: now) {
            let gap = now - lastBeat
            asked = asked.mapValues { $0 + gap }
        }
        lastBeat = now
        let isRare = beats.isMultiple(of: Self.rarely)
        beats += 1
        let parts = PoolPart.allCases.filter { asked[$0] == nil && ($0.isVital || isRare) }
        for part in parts { asked[part] = now }
        return parts
    }

    mutating func answered(_ part: PoolPart) { asked[part] = nil }

    /// Also right between two beats.
    func liveness(at now: MonotonicInstant) -> LivenessReport {
        let end = isLate(at: now) ? lastBeat : now
        var oldest = Duration.zero
        var vital = Duration.zero
        for (part, since) in asked {
            oldest = max(oldest, end - since)
            if part.isVital { vital = max(vital, end - since) }
        }
        let state: LivenessReport.State =
            vital >= policy.wedged ? .wedged : oldest > policy.warn ? .busy : .working
        return LivenessReport(state: state, unanswered: oldest)
    }

    private func isLate(at now: MonotonicInstant) -> Bool { now - lastBeat > policy.interval + policy.tolerance }
}
