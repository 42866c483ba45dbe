import MainspringCore
import MainspringStore
import Testing

@testable import MainspringJobs

@Suite("The keeper machine")
struct KeeperMachineTests {
    typealias Action = KeeperMachine.Action

    private static let me = NodeIdentity(name: "me", incarnation: "1")
    private static let term = Term(number: 7)

    private static func peer(_ name: String, life: String = "1", seen: Int64 = 0, pid: Int32? = nil) -> NodeRecord {
        let process = pid.map { ProcessStamp(bootID: "b", pidNamespace: 1, pid: $0, startTime: 1) }
        let at = Timestamp(microseconds: seen * 1_000_000)
        return NodeRecord(
            identity: NodeIdentity(name: name, incarnation: life), process: process, startedAt: at, seenAt: at)
    }

    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    private static func answer(
        term: Term? = nil, _ peers: [NodeRecord] = [], wish: NodeWish? = nil, isRefused: Bool = false
    ) -> BeatAnswer {
        BeatAnswer(term: term, nodes: peers + [peer("me")], wish: wish, isRefused: isRefused)
    }

    /// A machine that has heard the answers, two seconds apart.
    private func machine(after answers: BeatAnswer...) -> KeeperMachine {
        var machine = KeeperMachine(identity: Self.me)
        for (number, answer) in answers.enumerated() { _ = machine.heard(answer, at: Self.at(Int64(number) * 2)) }
        return machine
    }

    struct Step: Sendable, CustomTestStringConvertible {
        var name: String
        var before: [NodeRecord] = []
        var answer: BeatAnswer
        var expected: [Action]
        var testDescription: String { name }
    }

    static let steps: [Step] = [
        Step(name: "alone, and leads", answer: answer(term: term), expected: [.term(term)]),
        Step(name: "alone, and another's term is not over", answer: answer(), expected: [.term(nil)]),
        Step(name: "one comes", answer: answer([peer("b")]), expected: [.term(nil), .joined("b")]),
        Step(
            name: "two come", answer: answer(term: term, [peer("b"), peer("c")]),
            expected: [.term(term), .joined("b"), .joined("c")]),
        Step(name: "one stays", before: [peer("b")], answer: answer([peer("b", seen: 2)]), expected: [.term(nil)]),
        Step(
            name: "one goes", before: [peer("b"), peer("c")], answer: answer([peer("c")]),
            expected: [.term(nil), .left("b", died: false)]),
        Step(
            name: "one comes back in a new life", before: [peer("b")], answer: answer([peer("b", life: "2")]),
            expected: [.term(nil), .left("b", died: false), .joined("b")]),
        Step(name: "a wish", answer: answer(wish: .drain), expected: [.term(nil), .wish(.drain)]),
        Step(
            name: "refused: nothing else counts",
            before: [peer("b")],
            answer: answer(term: term, [peer("me", life: "2")], wish: .resume, isRefused: true),
            expected: [.term(nil), .refused(by: peer("me", life: "2"))]),
    ]

    @Test("what each answer means", arguments: steps)
    func heard(step: Step) {
        var machine = machine(after: Self.answer(step.before))
        #expect(machine.heard(step.answer, at: Self.at(2)) == step.expected)
    }

    @Test("nobody that is there at the first answer came")
    func first() {
        var machine = KeeperMachine(identity: Self.me)
        #expect(machine.heard(Self.answer([Self.peer("b")]), at: Self.at(0)) == [.term(nil)])
        #expect(machine.heard(Self.answer([Self.peer("b")]), at: Self.at(2)) == [.term(nil)])
    }

    @Test("it beats often while others are there, and seldom alone")
    func interval() {
        #expect(machine(after: Self.answer()).interval == .seconds(10))
        #expect(machine(after: Self.answer([Self.peer("b")])).interval == .seconds(2))
        #expect(machine(after: Self.answer([Self.peer("b")]), Self.answer()).interval == .seconds(10))
    }

    @Test("gone is whose process is certainly dead, and nobody of whom that cannot be told")
    func gone() {
        let peers = [
            Self.peer("dead", pid: 1), Self.peer("lives", pid: 2), Self.peer("far", pid: 3), Self.peer("bare"),
        ]
        var machine = machine(after: Self.answer(peers))
        let isAlive: (ProcessStamp) -> Bool? = { [1: false, 2: true][$0.pid] ?? nil }
        #expect(machine.gone(isAlive: isAlive).map(\.name) == ["dead"])
        #expect(
            machine.heard(Self.answer(Array(peers[1...])), at: Self.at(2)) == [.term(nil), .left("dead", died: true)])
        #expect(machine.gone(isAlive: isAlive).isEmpty)
    }

    @Test("one whose beats were missing died; one that beat until it went left")
    func silent() {
        var machine = KeeperMachine(identity: Self.me)
        for second in stride(from: Int64(0), through: 28, by: 2) {
            let peers = [Self.peer("silent"), Self.peer("beats", seen: second)]
            _ = machine.heard(Self.answer(peers), at: Self.at(second))
        }
        #expect(
            machine.heard(Self.answer(), at: Self.at(30)) == [
                .term(nil), .left("beats", died: false), .left("silent", died: true),
            ])
    }

    @Test("who went while this node looked away is not said to have died")
    func lookedAway() {
        var machine = machine(after: Self.answer([Self.peer("b")]))
        #expect(machine.heard(Self.answer(), at: Self.at(300)) == [.term(nil), .left("b", died: false)])
    }

    @Test("a draining node wants the term only when nobody else that lives can have it")
    func wantsTerm() {
        var machine = machine(after: Self.answer([Self.peer("b", pid: 1)]))
        #expect(machine.wantsTerm(isDraining: false))
        #expect(!machine.wantsTerm(isDraining: true))
        _ = machine.gone { _ in false }
        #expect(machine.wantsTerm(isDraining: true))
        #expect(KeeperMachine(identity: Self.me).wantsTerm(isDraining: true))
    }
}
