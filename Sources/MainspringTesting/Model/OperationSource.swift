import MainspringCore
import MainspringStore

/// Random operations from a seed, with what earlier ones brought: leases and terms, of which some no longer hold.
///
/// Few names for jobs, keys, queues and schedules, so that they meet; and clocks that sometimes jump.
package struct OperationSource {
    private var random: SeededGenerator
    private var now = Timestamp(microseconds: 1_767_225_600_000_000)
    private var count = 0
    /// Leases that were once given, the newest last.
    private var leases: [Lease] = []
    private var term = Term(number: 1)

    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    package mutating func learn(_ answer: StoreAnswer) {
        switch answer {
        case .exchanged(let exchange):
            leases += exchange.leases
            if leases.count > 8 { leases.removeFirst(leases.count - 8) }
        case .beaten(let answer): if let term = answer.term { self.term = term }
        default: break
        }
    }

    package mutating func next() -> StoreOperation {
        count += 1
        now = now + .milliseconds(pick(0...3000))
        if chance(40) { now = now + .seconds(pick([-3600, 3600, -7])) }
        if count == 1 { return .beat(beat(of: owners[0])) }
        switch pick(0...99) {
        case 0..<25: return .insert(groups(), now: now)
        case 25..<29: return .restore((0..<pick(1...3)).map { _ in snapshot() }, fired: fired(), now: now)
        case 29..<57: return exchange()
        case 57..<62: return .report(reports(), now: now)
        case 62..<65: return .renew(leases.suffix(4).map(\.token), lease: .seconds(pick(1...30)))
        case 65..<70: return .cancel((0..<pick(1...3)).map { _ in id() }, now: now)
        case 70..<75: return .retry(id(), now: now)
        case 75..<80: return .promote(someTerm(), now: now, limit: pick(0...4))
        case 80..<85: return .reclaim(someTerm(), now: now, limit: pick(0...4))
        case 85..<89: return .park(someTerm(), limit: pick(0...4))
        case 89..<91: return .prune(someTerm(), before: retention(), now: now, limit: pick(0...5))
        case 91..<95: return .beat(beat(of: owner()))
        case 95: return .leave(owner())
        case 96: return .ask(pick(NodeWish.allCases), node: owner().name)
        case 97: return .pause(chance(2), queue: pick(queues))
        default: return .advance(.seconds(pick(1...20)))
        }
    }

    // MARK: Jobs

    private let queues = ["p", "q"]

    private mutating func groups() -> [[NewJob]] {
        (0..<pick(1...2)).map { _ in (0..<pick([1, 1, 2, 3])).map { _ in newJob() } }
    }

    private mutating func newJob() -> NewJob {
        let isLater = chance(4)
        var occurrence: ScheduleOccurrence?
        if chance(6) {
            occurrence = ScheduleOccurrence(
                schedule: pick(["s", "t"]), instant: now + .seconds(pick(0...2)), skipsOverlap: chance(2),
                term: chance(2) ? someTerm() : nil)
        }
        var parent: ParentAttempt?
        if chance(8), let lease = leases.last {
            parent = ParentAttempt(id: chance(6) ? id() : lease.job.id, token: lease.token)
        }
        let record = JobRecord(
            id: id(), kind: pick(["scan", "scan", "mail", "odd"]), queue: pick(queues),
            state: isLater ? .scheduled : .available, priority: pick(JobPriority.allCases),
            arguments: pick(["{}", "{}", #"{"x":1}"#]), version: pick([1, 1, 2]), maxAttempts: pick(1...3),
            maxRescues: pick(0...2), createdAt: now, scheduledAt: isLater ? now + .seconds(pick(1...20)) : now,
            tags: chance(3) ? ["t"] : [], metadata: chance(4) ? ["m": "\(count)"] : [:], unique: hold(),
            schedule: occurrence?.schedule, deadline: chance(5) ? now + .seconds(pick(1...60)) : nil, parent: parent?.id
        )
        return NewJob(
            record: record, occurrence: occurrence, queueLimit: chance(3) ? pick(1...8) : nil, parent: parent)
    }

    /// A job in any state but running; one that is pending often waits for a holder.
    private mutating func snapshot() -> JobSnapshot {
        var record = newJob().record
        record.state = pick(JobState.allCases.filter { $0 != .running })
        if record.state == .pending, !chance(4) {
            record.unique =
                UniqueHold(key: pick(["u", "v", "w"]), states: [.available], onConflict: .keepLast)
                .following
        }
        if record.state.isFinal { record.finishedAt = now }
        if chance(4) { record.node = "left over" }
        let attempts = (0..<pick([0, 0, 1, 2])).map { number in
            let attempt = AttemptRecord(
                number: number + 1, node: "alice", startedAt: now, finishedAt: now,
                outcome: chance(4) ? nil : .failure, error: JobFailure(code: "exit_1", message: "it broke"))
            return JobSnapshot.EndedAttempt(record: attempt, output: output())
        }
        record.attempt = attempts.count
        record.startedAt = attempts.last?.record.startedAt
        return JobSnapshot(record: record, attempts: attempts)
    }

    private mutating func fired() -> [String: Timestamp] {
        chance(2) ? [:] : [pick(["s", "t"]): now + .seconds(pick(-5...5))]
    }

    private mutating func hold() -> UniqueHold? {
        if chance(3) { return nil }
        var hold = pick(Self.holds)
        hold.key = pick(["u", "v", "w"])
        if hold.onConflict != .keepLast, chance(3) {
            hold.until = now + .seconds(pick(1...30))
            hold.states = Set(JobState.allCases)
        }
        if chance(4) { hold.states = states() }
        return hold
    }

    /// What each rule gives its jobs.
    private static let holds = UniqueConflict.allCases.map { rule in
        UniquePolicy(onConflict: rule).hold(
            kind: "k", queue: "q", arguments: [:], now: Timestamp(microseconds: 0))
    }

    // MARK: Attempts

    private mutating func exchange() -> StoreOperation {
        var settlements: [Settlement] = []
        if !leases.isEmpty, !chance(3) { settlements = (0..<pick(1...2)).map { _ in settlement() } }
        var request: ClaimRequest?
        if settlements.isEmpty || chance(2) {
            request = ClaimRequest(
                owner: owner(), demand: ["p": pick(0...2), "q": pick(0...2)],
                kinds: chance(3) ? ["scan": 1] : ["scan": 2, "mail": 2, "odd": 2], nonce: "n\(count)", now: now,
                lease: .seconds(pick(1...30)))
        }
        return .exchange(settlements, request)
    }

    private mutating func settlement() -> Settlement {
        let lease = pick(leases)
        let error = JobFailure(code: "exit_1", message: "it broke", detail: chance(2) ? "detail" : nil)
        let outcome = pick([
            JobOutcome.success(result: "1"), .success(result: nil), .failure(error), .timeout(error), .cancelled,
            .snoozed(.seconds(5)), .interrupted, .discarded(error),
        ])
        var settlement = Settlement(
            lease: lease, outcome: outcome, policy: RetryPolicy(), output: output(), node: lease.job.node ?? "",
            startedAt: lease.job.startedAt ?? now, now: now, cancelRequested: chance(8), using: &random)
        if chance(5) { settlement.priority = pick(JobPriority.allCases) }
        return settlement
    }

    private mutating func reports() -> [AttemptReport] {
        leases.suffix(pick(1...3)).map { lease in
            let progress = JobProgress(fraction: chance(2) ? 0.5 : nil, message: chance(2) ? "\(count)" : nil)
            return AttemptReport(
                id: chance(8) ? id() : lease.job.id, token: lease.token, progress: chance(2) ? progress : nil,
                output: chance(2) ? output() : nil)
        }
    }

    private mutating func output() -> AttemptOutput {
        AttemptOutput(standardOutput: chance(3) ? [1, 2] : [], droppedBytes: chance(9) ? 4 : 0)
    }

    private mutating func retention() -> [JobState: Timestamp] {
        [.completed: now - .seconds(5), .cancelled: now, .discarded: now - .seconds(pick(0...20))]
    }

    // MARK: Nodes

    private let owners = [
        NodeIdentity(name: "alice", incarnation: "1"), NodeIdentity(name: "bob", incarnation: "1"),
        NodeIdentity(name: "alice", incarnation: "2"),
    ]

    private mutating func owner() -> NodeIdentity { owners[pick([0, 0, 0, 1, 1, 2])] }

    private mutating func beat(of identity: NodeIdentity) -> NodeBeat {
        var kinds: [String: Int] = [:]
        if !chance(6) { kinds["scan"] = pick(1...2) }
        if chance(2) { kinds["mail"] = pick(1...2) }
        let node = NodeRecord(
            identity: identity,
            process: chance(3) ? ProcessStamp(bootID: "b", pidNamespace: 1, pid: 2, startTime: 3) : nil,
            startedAt: now, seenAt: now, isDraining: chance(6), kinds: kinds, queues: ["p": pick(0...2)],
            isLeader: chance(9))
        return NodeBeat(
            node: node, lease: .seconds(pick(5...60)), gone: chance(5) ? [owner()] : [], wantsTerm: !chance(5))
    }

    /// Mostly the one that holds.
    private mutating func someTerm() -> Term { chance(8) ? Term(number: term.number + Int64(pick(-1...1))) : term }

    // MARK: Chance

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[pick(0...values.count - 1)] }
    /// One in `count`.
    private mutating func chance(_ count: Int) -> Bool { pick(1...count) == 1 }
    mutating func id() -> JobID { Self.ids[pick(0...Self.ids.count - 1)] }
    mutating func states() -> Set<JobState> { Set(JobState.allCases.filter { _ in chance(2) }) }

    private static let ids = (0...20).map { JobID(rawValue: "j\($0)")! }
}
