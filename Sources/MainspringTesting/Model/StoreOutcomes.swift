import MainspringCore
import MainspringStore

extension StoreAnswer {
    /// What happened, in words: to see that random sequences reach it.
    package var outcomes: [String] {
        switch self {
        case .inserted(let groups): groups.joined().map(\.outcome)
        case .exchanged(let exchange):
            exchange.settled.map { result in
                if case .settled(let state) = result { "settled \(state.rawValue)" } else { "settled stale" }
            } + exchange.leases.map { $0.job.rescues > 0 ? "leased again" : "leased" }
                + (exchange.settled.isEmpty || exchange.leases.isEmpty ? [] : ["settled and leased"])
        case .restored(let results):
            results.map { result in
                switch result {
                case .restored: "restored"
                case .duplicate: "restored duplicate"
                case .yielded: "restored yielded"
                }
            }
        case .renewed(let renewal):
            (renewal.lost.isEmpty ? [] : ["renewed lost"])
                + (renewal.cancelRequested.isEmpty ? [] : ["renewed cancelRequested"])
        case .reported(let results):
            results.map {
                $0 == .stale
                    ? "reported stale"
                    : $0 == .recorded(cancelRequested: true) ? "reported cancelRequested" : "reported"
            }
        case .cancelled(let results):
            results.map { result in
                switch result {
                case .cancelled(let job): job.unique?.onConflict == .keepLast ? "cancelled keep_last" : "cancelled"
                case .requested: "cancel requested"
                case .alreadyFinal: "cancelled final"
                case .notFound: "cancelled nothing"
                }
            }
        case .retried(let result):
            switch result {
            case .retried: ["retried"]
            case .notAllowed(let job): ["retry not allowed \(job.state.rawValue)"]
            case .duplicate: ["retried duplicate"]
            case .notFound: ["retried nothing"]
            }
        case .promoted(let promotion): promotion.promoted.isEmpty ? [] : ["promoted"]
        case .reclaimed(let jobs): jobs.map { "reclaimed \($0.state.rawValue)" }
        case .parked(let parking):
            (parking.parked > 0 ? ["parked"] : []) + (parking.released.isEmpty ? [] : ["parked released"])
        case .pruned(let count): count > 0 ? ["pruned"] : []
        case .beaten(let answer):
            (answer.isRefused ? ["beat refused"] : []) + (answer.wish == nil ? [] : ["beat wish"])
                + (answer.term == nil ? ["beat without term"] : ["beat term \(min(3, answer.term?.number ?? 0))"])
        case .asked(let isThere): isThere ? ["asked"] : ["asked nobody"]
        case .done: []
        case .refused(let code): ["refused \(code.rawValue)"]
        }
    }

    /// All that the sequences are for.
    package static let wanted: Set<String> = [
        "inserted", "inserted pending", "replaced", "replaced pending", "duplicate", "idConflict", "queueFull",
        "alreadyFired", "overlapped", "staleParent", "staleTerm", "notWritten", "settled completed",
        "settled retryable",
        "settled scheduled", "settled available", "settled cancelled", "settled discarded", "settled stale", "leased",
        "leased again", "settled and leased", "restored", "restored duplicate", "restored yielded", "renewed lost",
        "renewed cancelRequested", "reported", "reported stale",
        "reported cancelRequested", "cancelled", "cancelled keep_last", "cancel requested", "cancelled final",
        "cancelled nothing", "retried", "retried duplicate", "retried nothing", "retry not allowed running",
        "retry not allowed pending", "promoted", "reclaimed available", "reclaimed cancelled", "reclaimed discarded",
        "parked", "parked released", "pruned", "beat refused", "beat wish", "beat without term", "beat term 3", "asked",
        "asked nobody", "refused stale_term",
    ]
}

extension InsertResult {
    fileprivate var outcome: String {
        switch self {
        case .inserted(let job): job.state == .pending ? "inserted pending" : "inserted"
        case .replaced(let job): job.state == .pending ? "replaced pending" : "replaced"
        case .duplicate: "duplicate"
        case .idConflict: "idConflict"
        case .queueFull: "queueFull"
        case .alreadyFired: "alreadyFired"
        case .overlapped: "overlapped"
        case .staleParent: "staleParent"
        case .staleTerm: "staleTerm"
        case .notWritten: "notWritten"
        }
    }
}
