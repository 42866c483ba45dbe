package import MainspringCore

/// The spooled jobs that this node may run while the server is away (``WhileAway/run``), with the memory store's rules among
/// themselves.
struct LocalJobs {
    enum Standing {
        /// It is not among them, or nothing became of it yet.
        case untouched
        case running
        case changed(JobSnapshot)
    }

    private var state = MemoryState()
    /// What marks the tokens that were handed out here.
    private static let mark = "local-"

    static func isLocal(_ token: AttemptToken) -> Bool { token.rawValue.hasPrefix(mark) }

    /// When one is due that waits for its time.
    var nextDue: Timestamp? { state.due.first.map { Timestamp(microseconds: $0.key) } }

    func record(_ id: JobID) -> JobRecord? { state.job(id)?.record }

    func attempts(of id: JobID) -> [AttemptRecord]? { state.attempts(of: id) }

    func outputs(of id: JobID) -> [AttemptLog] { state.outputs(of: id) }

    mutating func insert(_ groups: [[NewJob]], now: Timestamp) -> [[InsertResult]] {
        // The server decides which occurrences fired.
        state.insert(groups.map { $0.map { NewJob(record: $0.record) } }, now: now)
    }

    mutating func remove(_ ids: some Sequence<JobID>) {
        for id in ids {
            if let seq = state.seqs[id] { state.remove(seq) }
        }
    }

    mutating func claim(_ request: ClaimRequest) -> [Lease] {
        _ = state.promote(now: request.now, limit: .max)
        var request = request
        request.nonce = Self.mark + request.nonce
        return state.claim(request, at: MonotonicInstant(nanoseconds: 0))
    }

    /// As if it had not been handed out.
    mutating func giveBack(_ leases: [Lease], now: Timestamp) {
        for lease in leases {
            guard let job = state.holder(of: lease.token) else { continue }
            state.change(job, now: now) {
                $0.record.state = .available
                $0.record.startedAt = nil
                $0.record.node = nil
                $0.hold = nil
            }
        }
    }

    func holds(_ token: AttemptToken) -> Bool { state.holder(of: token) != nil }

    mutating func settle(_ settlements: [Settlement]) -> [SettleResult] { state.settle(settlements) }

    func renew(_ tokens: [AttemptToken]) -> Renewal {
        state.renew(tokens, until: MonotonicInstant(nanoseconds: 0))
    }

    func report(_ reports: [AttemptReport], now: Timestamp) -> [ReportResult] { state.report(reports, now: now) }

    mutating func cancel(_ id: JobID, now: Timestamp) -> CancelResult {
        state.cancel([id], now: now).first ?? .notFound
    }

    func standing(of id: JobID) -> Standing {
        guard let job = state.job(id) else { return .untouched }
        if job.record.state == .running { return .running }
        guard job.record.state.isFinal || !job.history.isEmpty else { return .untouched }
        return .changed(job.snapshot)
    }
}

extension AttemptToken {
    /// It was handed out while the server was away, which knows nothing of it.
    package var isOfSpool: Bool { LocalJobs.isLocal(self) }
}

extension JobSnapshot {
    /// What became of a spooled job by the notes of an earlier life of the node, which ended meanwhile.
    init(of record: JobRecord, _ notes: [SpoolNote], now: Timestamp) {
        var state = MemoryState()
        state.checksTokens = false
        var alone = record
        alone.unique = nil
        let job = state.add(alone)
        for note in notes {
            switch note {
            case .started(let id, let node, let at):
                state.change(job, now: at) {
                    $0.record.state = .running
                    $0.record.startedAt = at
                    $0.record.node = node
                    $0.hold = .init(
                        owner: NodeIdentity(name: node, incarnation: ""), token: AttemptToken(rawValue: id.rawValue),
                        leaseUntil: MonotonicInstant(nanoseconds: 0))
                }
            case .ended(let settlement): _ = state.settle([settlement])
            case .cancelled(let id, let at): _ = state.cancel([id], now: at)
            }
        }
        // Nobody lives who holds it.
        _ = state.reclaim(now: now, limit: 1, at: MonotonicInstant(nanoseconds: 0))
        job.record.unique = record.unique
        self = job.snapshot
    }
}

extension MemoryJob {
    fileprivate var snapshot: JobSnapshot {
        JobSnapshot(record: record, attempts: history.map { .init(record: $0.record, output: $0.output) })
    }
}
