import MainspringCore
import MainspringStore
import MainspringTesting
import Testing

@testable import Mainspring

@Suite("What a node tells of an outage")
struct FailoverNewsTests {
    private let time = ManualTime()
    private let recorder = EventRecorder()

    private func status(
        _ state: FailoverStatus.State, _ reason: FailoverReason? = nil, jobs: Int = 0, lost: Timestamp? = nil,
        problem: MainspringError? = nil
    ) -> FailoverStatus {
        FailoverStatus(
            state: state, reason: reason, since: time.now(), spool: SpoolTally(jobs: jobs, ends: 1), dataLostAt: lost,
            problem: problem)
    }

    @Test("each stage is one event, with its reason, and the return says how long it took")
    func stages() {
        let news = FailoverNews(sink: recorder, time: time)
        news.tell(status(.spooling, .slow))
        news.tell(status(.spooling, .slow))
        time.advance(by: .seconds(4))
        news.tell(status(.spooling, .unreachable))
        time.advance(by: .seconds(5))
        news.tell(status(.draining, .unreachable, jobs: 7))
        time.advance(by: .seconds(1))
        news.tell(status(.primary, .unreachable))
        #expect(
            recorder.events == [
                .store(.spooling(reason: "slow")), .store(.spooling(reason: "unreachable")),
                .store(.draining(jobs: 7, ends: 1)), .store(.returned(after: .seconds(10))),
            ])
    }

    @Test("lost data and a spool that does not get on are told once each")
    func troubles() {
        let news = FailoverNews(sink: recorder, time: time)
        let lost = time.now()
        let full = MainspringError(.storeFull, "the spool is full")
        news.tell(status(.draining, .restarted, lost: lost))
        news.tell(status(.draining, .restarted, lost: lost, problem: full))
        news.tell(status(.draining, .restarted, lost: lost, problem: full))
        #expect(
            recorder.events == [.store(.lostData), .store(.draining(jobs: 0, ends: 1)), .store(.stuck(full))])
    }
}

@Suite("A store behind a gate and a watch")
struct ObservedStoreTests {
    @Test("keeps the rules of a store", arguments: StoreConformance.cases)
    func rules(_ rule: StoreConformance.Case) async throws {
        let time = ManualTime()
        let base = MemoryJobStore(time: time)
        func observed(_ base: MemoryJobStore) -> ObservedStore<MemoryJobStore> {
            ObservedStore(base: base, gate: StoreGate(), time: time) { _, _ in }
        }
        try await rule.check(observed(base), peer: rule.needsPeer ? observed(base.peer()) : nil) {
            time.advance(by: $0)
        }
    }

    @Test("is away while the gate is shut, and as before when it is open")
    func gate() async throws {
        let time = ManualTime()
        let gate = StoreGate()
        let store = ObservedStore(base: MemoryJobStore(time: time), gate: gate, time: time) { _, _ in }
        gate.shut()
        let error = await #expect(throws: MainspringError.self) { try await store.queues() }
        #expect(error?.isOutage == true)
        gate.open()
        #expect(try await store.queues().isEmpty)
    }
}
