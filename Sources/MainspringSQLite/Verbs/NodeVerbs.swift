import MainspringCore
import MainspringStore

extension StoreTransaction {
    func beat(_ beat: NodeBeat) throws -> BeatAnswer {
        let table = NodeTable(database)
        let identity = beat.node.identity
        let before = try table.all()
        // The gone and those whose lease is over are forgotten.
        let stay = before.filter { !beat.gone.contains($0.record.identity) && steady.holds($0.until) }
        let there = Set(stay.map(\.record.identity))
        for node in before where !there.contains(node.record.identity) {
            _ = try table.remove(node.record.identity)
            news.insert(.control)
            reach(.stepped)
        }
        var leader = try table.leader()
        if let lost = leader, !there.contains(lost) {
            leader = nil
            try write(leader: nil)
        }
        if stay.contains(where: { $0.record.identity.name == identity.name && $0.record.identity != identity }) {
            return BeatAnswer(nodes: try table.live(at: steady).map(\.record), isRefused: true)
        }
        if !there.contains(identity) { news.insert(.control) }
        try table.put(beat.node, until: steady.end(after: beat.lease))
        reach(.stepped)
        if leader == identity, !beat.wantsTerm {
            leader = nil
            try write(leader: nil)
        }
        if leader == nil, beat.wantsTerm {
            leader = identity
            try write(leader: identity)
        }
        return BeatAnswer(
            term: leader == identity ? try term() : nil, nodes: try table.live(at: steady).map(\.record),
            wish: stay.first { $0.record.identity == identity }?.wish)
    }

    func leave(_ identity: NodeIdentity) throws {
        let table = NodeTable(database)
        guard try table.remove(identity) else { return }
        news.insert(.control)
        reach(.stepped)
        if try table.leader() == identity { try write(leader: nil) }
    }

    func ask(_ wish: NodeWish, of name: String) throws -> Bool {
        let asked = try statement("UPDATE mainspring_node SET wish = ?2 WHERE name = ?1 AND until BETWEEN ?3 AND ?4")
            .bind(name, wish.rawValue, steady.now, steady.horizon).run()
        reach(.stepped)
        if asked > 0 { news.insert(.control) }
        return asked > 0
    }

    // MARK: The term

    private func term() throws -> Term? {
        try statement("SELECT number FROM mainspring_term").first { Term(number: $0.int(0)) }
    }

    /// A new leader gets a new number.
    private func write(leader: NodeIdentity?) throws {
        let sql = """
            UPDATE mainspring_term SET name = ?1, incarnation = ?2, number = number + iif(?1 IS NULL, 0, 1)
            """
        try statement(sql).bind(leader?.name, leader?.incarnation).run()
        reach(.stepped)
    }
}
