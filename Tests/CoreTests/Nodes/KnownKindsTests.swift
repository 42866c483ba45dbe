import MainspringCore
import Testing

@Suite("What live nodes know")
struct KnownKindsTests {
    private func node(_ kinds: [String: Int]) -> NodeRecord {
        let time = Timestamp(microseconds: 0)
        return NodeRecord(
            identity: NodeIdentity(name: "n", incarnation: "1"), startedAt: time, seenAt: time, kinds: kinds)
    }

    @Test("of each kind the newest version that one of them knows counts")
    func newest() {
        let known = KnownKinds(of: [node(["scan": 1, "mail": 4]), node(["scan": 3]), node([:]), node(["scan": 2])])
        #expect(known.newest == ["scan": 3, "mail": 4])
        #expect(KnownKinds(of: [NodeRecord]()).newest == [:])
    }

    @Test("a job that one can run has no reason to be parked, and every other says what is missing")
    func reason() throws {
        let known = KnownKinds(of: [node(["scan": 3])])
        for version in [-1, 1, 3] { #expect(known.parkReason(kind: "scan", version: version) == nil) }
        let newer = try #require(known.parkReason(kind: "scan", version: 4))
        #expect(newer.contains("scan") && newer.contains("4") && newer.contains("3"))
        let odd = try #require(known.parkReason(kind: "odd", version: 1))
        #expect(odd.contains("odd"))
        #expect(KnownKinds(of: [NodeRecord]()).parkReason(kind: "scan", version: 1) != nil)
    }
}
