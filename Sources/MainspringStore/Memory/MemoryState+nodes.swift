import MainspringCore

extension MemoryState {
    mutating func beat(_ beat: NodeBeat, at instant: MonotonicInstant) -> BeatAnswer {
        let identity = beat.node.identity
        for gone in beat.gone where nodes[gone.name]?.record.identity == gone { nodes[gone.name] = nil }
        nodes = nodes.filter { $0.value.until >= instant }
        if let leader, nodes[leader.name]?.record.identity != leader { self.leader = nil }
        if let other = nodes[identity.name], other.record.identity != identity {
            return BeatAnswer(nodes: liveNodes(at: instant), isRefused: true)
        }
        let wish = nodes[identity.name]?.wish
        nodes[identity.name] = MemoryNode(record: beat.node, until: instant + beat.lease)
        if leader == identity, !beat.wantsTerm { leader = nil }
        if leader == nil, beat.wantsTerm {
            leader = identity
            term += 1
        }
        return BeatAnswer(
            term: leader == identity ? Term(number: term) : nil, nodes: liveNodes(at: instant), wish: wish)
    }

    mutating func leave(_ identity: NodeIdentity) {
        guard nodes[identity.name]?.record.identity == identity else { return }
        nodes[identity.name] = nil
        if leader == identity { leader = nil }
    }

    mutating func ask(_ wish: NodeWish, of name: String, at instant: MonotonicInstant) -> Bool {
        guard let node = nodes[name], node.until >= instant else { return false }
        nodes[name]?.wish = wish
        return true
    }

    func liveNodes(at instant: MonotonicInstant) -> [NodeRecord] {
        nodes.values.filter { $0.until >= instant }.map { node in
            var record = node.record
            record.isLeader = record.identity == leader
            return record
        }.sorted { $0.identity.name < $1.identity.name }
    }

    func check(_ term: Term) throws {
        guard term.number == self.term, leader != nil else {
            throw MainspringError(
                .staleTerm, "term \(term.number) is over", hint: "Another node promotes, reclaims and prunes by now.")
        }
    }

    // MARK: Parking

    mutating func park(limit: Int, at instant: MonotonicInstant) -> Parking {
        let known = KnownKinds(of: liveNodes(at: instant))
        var parking = Parking()
        // Also behind many that none knows: else those would keep it parked for ever.
        let ready = queues.values.flatMap(\.parked).compactMap { jobs[$0] }.filter {
            known.parkReason(kind: $0.record.kind, version: $0.record.version) == nil
        }
        for job in ready.sorted(by: { $0.seq < $1.seq }).prefix(max(0, limit)) {
            setParked(nil, job)
            parking.released[job.record.queue, default: 0] += 1
        }
        for job in queues.values.flatMap({ $0.line.places.prefix(max(0, limit)) }).compactMap({ jobs[$0.seq] }) {
            guard let reason = known.parkReason(kind: job.record.kind, version: job.record.version) else { continue }
            setParked(reason, job)
            parking.parked += 1
        }
        return parking
    }
}
