import MainspringCore

/// The jobs of the spool by their ids: where each stands in it, and what became of it.
struct SpooledJobs {
    enum Place {
        /// On its way into the spool.
        case writing(JobRecord)
        /// In the entry of that number.
        case entry(Int64)
    }

    private(set) var places: [JobID: Place] = [:]
    /// Those that are no longer as they were spooled.
    private(set) var changes: [JobID: JobSnapshot] = [:]
    /// The numbers of the notes on each.
    private var notes: [JobID: [Int64]] = [:]
    /// Those that may be run here.
    var local = LocalJobs()
    /// On their way to the server.
    private(set) var moving: Set<JobID> = []

    /// Of a job that ran here.
    func attempts(of id: JobID) -> [AttemptRecord]? {
        guard contains(id) else { return nil }
        return local.attempts(of: id) ?? changes[id]?.attempts.map(\.record) ?? []
    }

    func outputs(of id: JobID) -> [AttemptLog]? {
        guard contains(id) else { return nil }
        if local.record(id) != nil { return local.outputs(of: id) }
        return changes[id]?.attempts.map {
            AttemptLog(number: $0.record.number, startedAt: $0.record.startedAt, output: $0.output)
        } ?? []
    }

    func contains(_ id: JobID) -> Bool { places[id] != nil }

    mutating func begin(_ records: some Sequence<JobRecord>) {
        for record in records { places[record.id] = .writing(record) }
    }

    mutating func written(_ ids: some Sequence<JobID>, as number: Int64) {
        // The replay may have been faster.
        for id in ids where places[id] != nil { places[id] = .entry(number) }
    }

    mutating func notWritten(_ ids: some Collection<JobID>) {
        local.remove(ids)
        for id in ids { places[id] = nil }
    }

    mutating func noted(_ id: JobID, as number: Int64) { notes[id, default: []].append(number) }

    mutating func change(_ snapshot: JobSnapshot) { changes[snapshot.record.id] = snapshot }

    /// What of an entry goes to the server now: what is as it was asked for, and what became of the others. Nothing of it runs
    /// here from now on.
    mutating func take(_ group: [NewJob]) -> (group: [NewJob], changed: [JobSnapshot], isWhole: Bool) {
        var taken: (group: [NewJob], changed: [JobSnapshot], isWhole: Bool) = ([], [], true)
        for new in group where contains(new.record.id) {
            let id = new.record.id
            switch local.standing(of: id) {
            case .running:
                taken.isWhole = false
                continue
            case .changed(let snapshot): changes[id] = snapshot
            case .untouched: break
            }
            local.remove([id])
            moving.insert(id)
            if let snapshot = changes[id] { taken.changed.append(snapshot) } else { taken.group.append(new) }
        }
        return taken
    }

    /// The server has them. Returns the numbers of their notes.
    mutating func moved() -> [Int64] {
        let numbers = moving.flatMap { notes[$0] ?? [] }
        for id in moving {
            places[id] = nil
            changes[id] = nil
            notes[id] = nil
        }
        moving = []
        return numbers
    }

    mutating func notMoved() { moving = [] }
}
