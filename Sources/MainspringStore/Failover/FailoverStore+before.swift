import MainspringCore
import Synchronization

/// What was before: writes that a server may have lost, and what an earlier life of the node left.
extension FailoverStore {
    // MARK: A server that restarted

    /// Sends the last acknowledged writes again, each as what became of it by now.
    func sendAgain() async throws {
        let batches = state.withLock { $0.recent.batches }
        let ends = batches.flatMap(\.settlements)
        let notes = Dictionary(grouping: ends, by: \.id)
        let now = time.now()
        var changed: [JobSnapshot] = []
        var groups: [[NewJob]] = []
        for group in batches.flatMap(\.groups) {
            let unchanged = group.filter { new in
                guard let ends = notes[new.record.id] else { return true }
                changed.append(JobSnapshot(of: new.record, ends.flatMap(\.asNotes), now: now))
                return false
            }
            if !unchanged.isEmpty { groups.append(unchanged.map(\.withoutConditions)) }
        }
        // Few large steps: one for each call of the last seconds would keep the workers waiting for seconds.
        _ = try await write(groups, changed)
        // Those that the server knows, and still holds for this node.
        if !ends.isEmpty { _ = try await primary.settle(ends) }
        let count = batches.reduce(0) { $0 + $1.groups.joined().count + $1.settlements.count }
        let instant = time.monotonic()
        step { state in
            state.recent.renew(at: instant)
            state.status.resent += count
        }
    }

    // MARK: An earlier life

    /// What the spool holds already.
    func load() async throws {
        let now = time.now()
        var notes: [JobID: [(SpoolNote, Int64)]] = [:]
        try await forEachEntry(of: .notes) { entry in
            guard case .note(let note) = entry.entry else { return }
            notes[note.id, default: []].append((note, entry.number))
        }
        try await forEachEntry(of: .jobs) { entry in
            guard case .jobs(let jobs, _) = entry.entry else { return }
            step { state in
                state.jobs.begin(jobs.map(\.record))
                state.jobs.written(jobs.map(\.record.id), as: entry.number)
                for new in jobs {
                    guard let found = notes.removeValue(forKey: new.record.id) else { continue }
                    for (_, number) in found { state.jobs.noted(new.record.id, as: number) }
                    state.jobs.change(JobSnapshot(of: new.record, found.map(\.0), now: now))
                }
            }
        }
        // Their jobs are with the server.
        let orphans = notes.values.joined().map(\.1)
        if !orphans.isEmpty { try await spool.remove(orphans) }
    }

    private func forEachEntry(of kind: SpoolEntry.Kind, _ body: (SpooledEntry) -> Void) async throws {
        var after: Int64 = 0
        while true {
            let entries = try await spool.entries(of: kind, after: after, limit: Self.batch)
            guard let last = entries.last else { return }
            for entry in entries { body(entry) }
            after = last.number
        }
    }
}

extension Settlement {
    fileprivate var asNotes: [SpoolNote] {
        [.started(id, node: attempt.node, at: attempt.startedAt), .ended(self)]
    }
}
