package import MainspringCore
package import MainspringStore

/// One step of a random sequence: a verb with all that it is given.
package enum StoreOperation: Sendable {
    case insert([[NewJob]], now: Timestamp)
    case exchange([Settlement], ClaimRequest?)
    case restore([JobSnapshot], fired: [String: Timestamp], now: Timestamp)
    case renew([AttemptToken], lease: Duration)
    case report([AttemptReport], now: Timestamp)
    case cancel([JobID], now: Timestamp)
    case retry(JobID, now: Timestamp)
    case pause(Bool, queue: String)
    case promote(Term, now: Timestamp, limit: Int)
    case reclaim(Term, now: Timestamp, limit: Int)
    case park(Term, limit: Int)
    case prune(Term, before: [JobState: Timestamp], now: Timestamp, limit: Int)
    case beat(NodeBeat)
    case leave(NodeIdentity)
    case ask(NodeWish, node: String)
    /// Moves the clock that both stores count leases with.
    case advance(Duration)
}

package enum StoreAnswer: Sendable, Equatable {
    case inserted([[InsertResult]])
    case exchanged(Exchange)
    case restored([RestoreResult])
    case renewed(Renewal)
    case reported([ReportResult])
    case cancelled([CancelResult])
    case retried(RetryResult)
    case promoted(Promotion)
    case reclaimed([ReclaimedJob])
    case parked(Parking)
    case pruned(Int)
    case beaten(BeatAnswer)
    case asked(Bool)
    case done
    case refused(MainspringError.Code)
}

extension StoreOperation {
    package func run(on store: any JobStore) async throws -> StoreAnswer {
        do {
            return try await answer(of: store)
        } catch let error as MainspringError where error.code == .staleTerm {
            return .refused(error.code)
        }
    }

    private func answer(of store: any JobStore) async throws -> StoreAnswer {
        switch self {
        case .insert(let groups, let now): return .inserted(try await store.insert(groups, now: now))
        case .exchange(let settlements, let request):
            return .exchanged(try await store.exchange(settlements, claiming: request))
        case .restore(let jobs, let fired, let now):
            return .restored(try await store.restore(jobs, fired: fired, now: now))
        case .renew(let tokens, let lease): return .renewed(try await store.renew(tokens, lease: lease))
        case .report(let reports, let now): return .reported(try await store.report(reports, now: now))
        case .cancel(let ids, let now): return .cancelled(try await store.cancel(ids, now: now))
        case .retry(let id, let now): return .retried(try await store.retry(id, now: now))
        case .pause(let paused, let queue):
            try await store.setPaused(paused, queue: queue)
            return .done
        case .promote(let term, let now, let limit):
            return .promoted(try await store.promote(under: term, now: now, limit: limit))
        case .reclaim(let term, let now, let limit):
            return .reclaimed(try await store.reclaim(under: term, now: now, limit: limit))
        case .park(let term, let limit): return .parked(try await store.park(under: term, limit: limit))
        case .prune(let term, let before, let now, let limit):
            return .pruned(try await store.prune(under: term, finishedBefore: before, now: now, limit: limit))
        case .beat(let beat): return .beaten(try await store.beat(beat))
        case .leave(let identity):
            try await store.leave(identity)
            return .done
        case .ask(let wish, let node): return .asked(try await store.ask(wish, of: node))
        case .advance: return .done
        }
    }
}

/// What one store calls the tokens of another: the jobs' numbers in them may differ.
struct TokenNames {
    private var names: [AttemptToken: AttemptToken] = [:]

    mutating func learn(_ leases: [Lease], as others: [Lease]) {
        for (lease, other) in zip(leases, others) { names[lease.token] = other.token }
    }

    func name(_ token: AttemptToken) -> AttemptToken { names[token] ?? token }

    func translate(_ operation: StoreOperation) -> StoreOperation {
        switch operation {
        case .insert(let groups, let now):
            let translated = groups.map { group in
                group.map { new in
                    var new = new
                    new.parent = new.parent.map { ParentAttempt(id: $0.id, token: name($0.token)) }
                    return new
                }
            }
            return .insert(translated, now: now)
        case .exchange(var settlements, let request):
            for index in settlements.indices { settlements[index].token = name(settlements[index].token) }
            return .exchange(settlements, request)
        case .renew(let tokens, let lease): return .renew(tokens.map(name), lease: lease)
        case .report(var reports, let now):
            for index in reports.indices { reports[index].token = name(reports[index].token) }
            return .report(reports, now: now)
        default: return operation
        }
    }

    /// The first store's answer in the second one's words.
    func translate(_ answer: StoreAnswer) -> StoreAnswer {
        switch answer {
        case .exchanged(var exchange):
            for index in exchange.leases.indices { exchange.leases[index].token = name(exchange.leases[index].token) }
            return .exchanged(exchange)
        case .renewed(let renewal):
            return .renewed(
                Renewal(
                    lost: Set(renewal.lost.map(name)), cancelRequested: Set(renewal.cancelRequested.map(name))))
        default: return answer
        }
    }
}
