import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite struct GroupMachineTests {
    typealias Event = GroupMachine.Event
    typealias Action = GroupMachine.Action

    /// Feeds events at given milliseconds; returns what each made the machine do.
    private func run(_ events: [(Int64, Event)]) -> (actions: [[Action]], machine: GroupMachine) {
        var machine = GroupMachine(leftoverGrace: .seconds(5))
        let actions = events.map { machine.on($0.1, now: MonotonicInstant(nanoseconds: $0.0 * 1_000_000)) }
        return (actions, machine)
    }

    private let poll = Action.armPoll(after: GroupMachine.pollInterval)

    @Test("a leader that exits alone is released at once, and the end waits for the output")
    func alone() {
        let (actions, machine) = run([
            (0, .leaderExited(.code(0))), (0, .groupChecked(isEmpty: true)), (1, .outputEnded),
        ])
        #expect(actions == [[.checkGroup], [.release, .armOutputLimit(after: .seconds(5))], [.finish(.code(0))]])
        #expect(!machine.wasKilled)
    }

    @Test("output that ended first lets the end come with the release")
    func outputFirst() {
        let (actions, _) = run([(0, .outputEnded), (0, .leaderExited(.code(3))), (0, .groupChecked(isEmpty: true))])
        #expect(actions == [[], [.checkGroup], [.release, .finish(.code(3))]])
    }

    @Test("what the leader leaves behind gets TERM, then KILL after the grace, and is gone before the release")
    func leftovers() {
        let (actions, machine) = run([
            (0, .leaderExited(.code(0))), (0, .groupChecked(isEmpty: false)), (20, .pollDue),
            (20, .groupChecked(isEmpty: false)), (5000, .killDue), (5020, .pollDue),
            (5020, .groupChecked(isEmpty: true)),
        ])
        #expect(
            actions == [
                [.checkGroup], [.send(15), .armKill(after: .seconds(5)), poll], [.checkGroup], [poll], [.send(9)],
                [.checkGroup], [.release, .armOutputLimit(after: .seconds(5))],
            ])
        #expect(machine.wasKilled)
    }

    @Test("a later terminate brings the deadline forward but never back")
    func deadline() {
        let (actions, _) = run([
            (0, .terminate(signal: 15, grace: .seconds(10))), (0, .terminate(signal: 15, grace: .seconds(20))),
            (1000, .terminate(signal: 2, grace: .seconds(3))), (3000, .killDue), (4000, .killDue),
        ])
        #expect(
            actions == [
                [.send(15), .armKill(after: .seconds(10))], [], [.send(2), .armKill(after: .seconds(3))], [],
                [.send(9)],
            ])
    }

    @Test("no grace is KILL at once, and nothing after it repeats a softer signal")
    func noGrace() {
        let (actions, machine) = run([
            (0, .terminate(signal: 15, grace: .zero)), (1, .terminate(signal: 15, grace: .seconds(1))),
            (2, .leaderExited(.signal(9))), (2, .groupChecked(isEmpty: false)),
        ])
        #expect(actions == [[.send(9)], [], [.checkGroup], [.send(9), poll]])
        #expect(machine.wasKilled)
    }

    @Test("members that outlive a terminated leader share its deadline and get TERM if it got something else")
    func terminatedLeftovers() {
        let (actions, _) = run([
            (0, .terminate(signal: 2, grace: .seconds(2))), (100, .leaderExited(.signal(2))),
            (100, .groupChecked(isEmpty: false)), (2000, .killDue),
        ])
        #expect(actions[2] == [.send(15), poll])
        #expect(actions[3] == [.send(9)])
        let (second, _) = run([
            (0, .terminate(signal: 15, grace: .seconds(2))), (100, .leaderExited(.signal(15))),
            (100, .groupChecked(isEmpty: false)),
        ])
        #expect(second[2] == [poll])
    }

    @Test("after the release nothing is sent any more, since the id may belong to another")
    func released() {
        let (actions, _) = run([
            (0, .terminate(signal: 15, grace: .seconds(1))), (0, .leaderExited(.code(0))),
            (0, .groupChecked(isEmpty: true)), (1, .signal(15)), (1, .terminate(signal: 9, grace: .zero)),
            (2000, .killDue),
            (2000, .pollDue),
        ])
        #expect(actions[3...] == [[], [], [], []])
    }

    @Test("a pipe held open from outside is given up on, and the end waits until reading has stopped")
    func heldPipe() {
        let (actions, _) = run([
            (0, .leaderExited(.code(0))), (0, .groupChecked(isEmpty: true)), (5000, .outputOverdue),
            (5000, .outputEnded),
        ])
        #expect(actions[2...] == [[.stopReading], [.finish(.code(0))]])
    }

    @Test("a leader that someone else reaped is never signalled")
    func lost() {
        let (actions, _) = run([(0, .outputEnded), (0, .leaderLost), (0, .signal(15)), (0, .killDue)])
        #expect(actions == [[], [.release, .finish(.code(-1))], [], []])
    }
}
