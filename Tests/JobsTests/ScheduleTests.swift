import MainspringCore
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringJobs

@Suite("Schedules", .timeLimit(.minutes(1)))
struct ScheduleTests {
    static func schedule(skipsOverlap: Bool = true, jitter: Duration = .zero) -> JobSchedule {
        JobSchedule(
            name: "scan", every: .seconds(60), kind: "work", arguments: ["n": 1], skipsOverlap: skipsOverlap,
            jitter: jitter)
    }

    /// With the scheduler's own sleep.
    static let timers = TestNode.idleTimers + 1

    private func minute(_ node: TestNode, timers: Int = timers) async {
        await node.pass(.seconds(60), timers: timers)
    }

    private func fired(_ node: TestNode, _ count: Int) async -> [Bool] {
        await node.events.first(count) { if case .job(.scheduleFired) = $0 { true } else { false } }.map { event in
            if case .job(.scheduleFired(_, _, let skipped)) = event { skipped } else { false }
        }
    }

    private func firedCount(_ node: TestNode) -> Int {
        node.events.events.count { if case .job(.scheduleFired) = $0 { true } else { false } }
    }

    @Test("every instant fires once, on time, with the declared arguments")
    func everyInstant() async throws {
        try await TestNode(schedules: [Self.schedule()]).running { node in
            for count in 1...5 {
                await minute(node)
                await node.executor.started(count)
                #expect(await fired(node, count) == Array(repeating: false, count: count))
            }
            let jobs = node.executor.started.map(\.lease.job)
            #expect(jobs.allSatisfy { $0.schedule == "scan" && $0.arguments == #"{"n":1}"# })
            let starts = jobs.map { $0.createdAt.microseconds / 60_000_000 }
            #expect(starts == Array(starts[0]..<starts[0] + 5))
            #expect(
                node.events.events.contains(.job(.scheduleFired(schedule: "scan", lateness: .zero, skipped: false))))
        }
    }

    @Test(
        "instants are the multiples since the epoch, before it too",
        arguments: [(0, 60), (1, 60), (59, 60), (60, 120), (-1, 0), (-60, 0), (-61, -60)] as [(Int64, Int64)])
    func instants(after: Int64, next: Int64) {
        let instant = Self.schedule().instant(after: Timestamp(microseconds: after * 1_000_000))
        #expect(instant.microseconds == next * 1_000_000)
    }

    @Test(
        "the newest instant of a stretch of time, if there is one",
        arguments: [(0, 59, nil), (0, 60, 60), (59, 61, 60), (60, 119, nil), (0, 1_000, 960), (1_000, 900, nil)]
            as [(Int64, Int64, Int64?)])
    func newest(after: Int64, upTo: Int64, expected: Int64?) {
        func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }
        #expect(Self.schedule().newest(after: at(after), upTo: at(upTo)) == expected.map(at))
        let short = JobSchedule(name: "s", every: .microseconds(7), kind: "work")
        #expect(short.newest(after: at(0), upTo: at(60))?.microseconds == 59_999_996)
    }

    @Test("the longest interval has an instant, and none is shorter than a microsecond")
    func extremes() {
        let now = Timestamp(microseconds: 1_767_225_600_000_000)
        let never = JobSchedule(name: "s", every: .microseconds(Int64.max), kind: "work")
        #expect(never.instant(after: now).microseconds == .max)
        #expect(JobSchedule(name: "s", every: .zero, kind: "work").instant(after: now) > now)
    }

    @Test("an instant is skipped while an earlier job is unfinished; without overlap: skip it is not")
    func overlap() async throws {
        try await TestNode(.holding(), schedules: [Self.schedule()]).running { node in
            await minute(node)
            await node.executor.started(1)
            let first = node.executor.startedIDs[0]
            node.executor.end(first, .snoozed(.seconds(90)))
            await node.settled(first)
            await minute(node)
            #expect(await fired(node, 2) == [false, true])
            await minute(node)
            await node.executor.started(2)
            #expect(node.executor.startedIDs[1] == first)
            #expect(await fired(node, 3) == [false, true, true])
            node.executor.end(first)
            await node.events.first(2) { if case .job(.settled) = $0 { true } else { false } }
            await minute(node)
            await node.executor.started(3)
            #expect(await fired(node, 4) == [false, true, true, false])
        }
        try await TestNode(.holding(), schedules: [Self.schedule(skipsOverlap: false)]).running { node in
            await minute(node)
            await node.executor.started(1)
            await minute(node, timers: Self.timers + 1)
            #expect(await fired(node, 2) == [false, false])
        }
    }

    @Test("an instant does not fire again after a restart, even when the clock was set back over it")
    func restart() async throws {
        let time = ManualTime()
        let store = FaultyStore(time: time)
        try await TestNode(store: store, time: time, schedules: [Self.schedule()]).running { node in
            await minute(node)
            await node.executor.started(1)
            _ = await fired(node, 1)
        }
        time.jumpWall(by: .seconds(-30))
        try await TestNode(store: store, time: time, schedules: [Self.schedule()], incarnation: "life-2").running {
            node in
            await node.time.timersPending(Self.timers)
            node.time.advance(by: .seconds(30))
            await store.called(.insert, times: 2)
            #expect(node.executor.started.isEmpty)
            await minute(node)
            await node.executor.started(1)
            #expect(await fired(node, 1) == [false])
            #expect(firedCount(node) == 1)
        }
    }

    @Test(
        "after a jump forward the instant that was waited for fires late, once, and those that were jumped over do not")
    func jumpForward() async throws {
        try await TestNode(schedules: [Self.schedule()]).running { node in
            await node.time.timersPending(Self.timers)
            node.time.jumpWall(by: .seconds(3_600))
            await minute(node)
            _ = await fired(node, 1)
            #expect(
                node.events.events.contains(
                    .job(.scheduleFired(schedule: "scan", lateness: .seconds(3_600), skipped: false))))
            await minute(node)
            _ = await fired(node, 2)
            #expect(node.store.calls(.insert) == 2)
        }
    }

    @Test("after a jump back no instant fires twice, and the next new one fires")
    func jumpBack() async throws {
        try await TestNode(schedules: [Self.schedule()]).running { node in
            await minute(node)
            _ = await fired(node, 1)
            await node.time.timersPending(Self.timers)
            node.time.jumpWall(by: .seconds(-180))
            for _ in 0..<3 { await minute(node) }
            await node.time.timersPending(Self.timers)
            #expect(firedCount(node) == 1)
            await minute(node)
            #expect(await fired(node, 2) == [false, false])
        }
    }

    @Test("a full queue skips the instant and is survived")
    func full() async throws {
        try await TestNode(limit: 1, schedules: [Self.schedule(skipsOverlap: false)]).running { node in
            try await node.client.setPaused(true, queue: "default")
            await minute(node)
            _ = await fired(node, 1)
            await minute(node)
            #expect(await fired(node, 2) == [false, true])
            try await node.client.setPaused(false, queue: "default")
            await node.executor.started(1)
            await minute(node)
            #expect(await fired(node, 3) == [false, true, false])
        }
    }

    @Test("an instant that the store did not take is tried again, and fires once")
    func storeFails() async throws {
        try await TestNode(schedules: [Self.schedule()]).running { node in
            node.store.fail(.insert, times: 2)
            await minute(node)
            for call in 1...2 {
                await node.store.called(.insert, times: call)
                await node.time.timersPending(Self.timers)
                node.time.advance(by: .seconds(1))
            }
            #expect(await fired(node, 1) == [false])
            #expect(
                node.events.events.contains(
                    .job(.scheduleFired(schedule: "scan", lateness: .seconds(2), skipped: false))))
            #expect(node.store.calls(.insert) == 3)
        }
    }

    @Test("jitter delays a job by at most its bound, and no instant is left out")
    func jitter() async throws {
        try await TestNode(schedules: [Self.schedule(jitter: .seconds(5))]).running { node in
            for count in 1...5 {
                await node.time.timersPending(Self.timers)
                // From the end of one window of jitter to just before the next.
                await node.pass(.seconds(count == 1 ? 60 : 55) - .microseconds(1), timers: Self.timers)
                #expect(firedCount(node) == count - 1)
                await node.time.timersPending(Self.timers)
                node.time.advance(by: .seconds(5) + .microseconds(1))
                _ = await fired(node, count)
                await node.executor.started(count)
            }
        }
    }

    @Test("a draining node fires nothing")
    func draining() async throws {
        try await TestNode(.holding(ignoresStop: true), schedules: [Self.schedule()]).running { node in
            try await node.add("other")
            await node.executor.started(1)
            await node.time.timersPending(Self.timers + 1)
            await node.pass(.seconds(55), timers: Self.timers + 1)
            node.system.quiesce()
            node.time.advance(by: .seconds(5))
            await node.time.timersPending(Self.timers)
            #expect(firedCount(node) == 0)
            #expect(node.store.calls(.insert) == 1)
        }
    }
}
