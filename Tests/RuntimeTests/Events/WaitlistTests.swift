import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("Rings, rosters and waiting lists")
struct WaitlistTests {
    @Test("a ring is a queue, over any number of rounds")
    func ring() {
        var ring = Ring<Int>()
        var model: [Int] = []
        var random = SeededGenerator(seed: 11)
        for value in 0..<20_000 {
            if Int.random(in: 0..<9, using: &random) < (value / 2000 % 2 == 0 ? 5 : 4) {
                ring.append(value)
                model.append(value)
            } else {
                #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(ring.count == model.count)
            if let offset = model.indices.randomElement(using: &random) { #expect(ring[offset] == model[offset]) }
        }
    }

    @Test("a member is found until it leaves, whoever left before, and its number is not used again")
    func roster() {
        var roster = Roster<String>()
        let ids = ["a", "b", "c", "d"].map { roster.join($0) }
        #expect(roster.leave(ids[1]) == "b")
        #expect(roster.leave(ids[1]) == nil)
        #expect(roster.leave(ids[3]) == "d")
        #expect(roster.place(of: ids[2]).map { roster[$0] } == "c")
        #expect(roster.indices.map { roster.id(at: $0) } == [ids[0], ids[2]])
        #expect(!ids.contains(roster.join("e")))
        #expect(roster.count == 3)
    }

    @Test("the order is that of the tickets, whoever parks first and whoever leaves")
    func waitlist() {
        var list = Waitlist<String>()
        let tickets = (0..<4).map { _ in list.drawTicket() }
        list.park("d", ticket: tickets[3])
        list.park("b", ticket: tickets[1])
        #expect(list.popFirst() == "b")
        list.park("a", ticket: tickets[0])
        list.park("c", ticket: tickets[2])
        #expect(list.remove(ticket: tickets[2]) == "c")
        #expect(list.remove(ticket: tickets[2]) == nil)
        #expect(list.popFirst() == "a")
        #expect(list.popFirst() == "d")
        #expect(list.popFirst() == nil)
        #expect(list.isEmpty)
    }
}
