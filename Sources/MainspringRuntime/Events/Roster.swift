/// Members under numbers that are never used again, side by side in memory: joining, leaving and finding cost the same
/// whatever their count, and walking over all of them costs no look-up.
struct Roster<Member> {
    private var members: [Member] = []
    private var ids: [Int] = []
    private var places: [Int: Int] = [:]
    private var nextID = 0

    var count: Int { members.count }
    /// Valid until a member leaves; the last one then takes its place.
    var indices: Range<Int> { members.indices }

    subscript(place: Int) -> Member {
        get { members[place] }
        _modify { yield &members[place] }
    }

    func place(of id: Int) -> Int? { places[id] }
    func id(at place: Int) -> Int { ids[place] }

    mutating func join(_ member: Member) -> Int {
        nextID += 1
        places[nextID] = members.count
        members.append(member)
        ids.append(nextID)
        return nextID
    }

    /// Nil when it has left already.
    mutating func leave(_ id: Int) -> Member? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        members.swapAt(place, members.count - 1)
        ids.swapAt(place, ids.count - 1)
        ids.removeLast()
        if place < ids.count { places[ids[place]] = place }
        return members.removeLast()
    }
}

extension Roster: Sendable where Member: Sendable {}
