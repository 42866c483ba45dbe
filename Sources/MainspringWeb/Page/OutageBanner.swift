import MainspringCore
import MainspringStore

/// What a person must know while the store's server is away, or after it lost its data.
struct OutageBanner {
    let status: FailoverStatus
    let now: Timestamp

    /// Nil while all is well.
    var html: HTML? {
        let sentences = [outage, problem, loss].compactMap(\.self)
        guard !sentences.isEmpty else { return nil }
        let level: Verdict.Level = status.problem == nil && status.dataLostAt == nil ? .busy : .bad
        return """
            <p class="verdict \(level.rawValue)" role="alert">\(StateMark.verdict(level))\(sentences.joined(separator: " "))</p>
            """
    }

    private var outage: String? {
        switch status.state {
        case .primary: nil
        case .spooling: "Spooling since \(status.since.rfc3339) (\((now - status.since).forPeople)): \(reason). \(kept)"
        case .draining: "The store is back, and gets what was spooled: \(kept)"
        }
    }

    private var kept: String {
        let jobs = status.spool.jobs == 1 ? "1 job" : "\(Shown.grouped(status.spool.jobs)) jobs"
        let ends =
            status.spool.ends == 1 ? "1 end of an attempt" : "\(Shown.grouped(status.spool.ends)) ends of attempts"
        return status.spool.ends == 0 ? "\(jobs) kept." : "\(jobs) and \(ends) kept."
    }

    private var reason: String { status.reason?.sentence ?? "the store is away" }

    private var problem: String? { status.problem.map { "The spool does not get on: \($0.message)." } }

    private var loss: String? {
        status.dataLostAt.map { "The store lost its data \((now - $0).forPeople) ago: see the log." }
    }
}

extension FailoverReason {
    /// What it says of the store, for people.
    fileprivate var sentence: String {
        switch self {
        case .unreachable: "the store does not answer"
        case .slow: "the store answers too late"
        case .readOnly: "the store is read-only"
        case .full: "the store is full"
        case .restarted: "the store restarted"
        case .leftover: "an earlier run of this node left jobs in the spool"
        }
    }
}
