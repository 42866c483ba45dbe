import Dispatch
import Glibc
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("A lane that can leave a thread behind", .timeLimit(.minutes(1)))
struct AbandonableLaneTests {
    let time = ManualTime()

    @Test("closures run in order, one at a time, off the caller's thread, and leave neither timer nor thread")
    func inOrder() async {
        let lane = AbandonableLane(label: "test", time: time)
        let done = Signal()
        let log = Log()
        let caller = pthread_self()
        for number in 0..<1000 {
            lane.run {
                log.append(pthread_self() == caller ? -1 : number)
                if number == 999 { done.notify() }
            }
        }
        await done.wait()
        #expect(log.values == Array(0..<1000))
        await until { time.pendingTimers == 0 }
        #expect(lane.stuck == 0)
    }

    @Test("a closure that does not return keeps its thread; the rest goes on after 50 ms, not before")
    func leavesBehind() async {
        let lane = AbandonableLane(label: "test", time: time)
        let (started, next, release) = (Signal(), Signal(), DispatchSemaphore(value: 0))
        let log = Log()
        lane.run {
            started.notify()
            release.wait()
            log.append(1)
        }
        lane.run {
            log.append(2)
            next.notify()
        }
        await started.wait()
        time.advance(by: .milliseconds(49))
        #expect(lane.stuck == 0)
        #expect(log.values.isEmpty)
        time.advance(by: .milliseconds(1))
        await next.wait()
        #expect(lane.stuck == 1)
        #expect(log.values == [2])
        release.signal()
        await until { lane.stuck == 0 }
        #expect(log.values == [2, 1])
        await until { time.pendingTimers == 0 }
    }

    @Test("several closures that do not return hold a thread each, and the lane is free once they return")
    func several() async {
        let lane = AbandonableLane(label: "test", time: time)
        let release = DispatchSemaphore(value: 0)
        for count in 1...5 {
            let started = Signal()
            lane.run {
                started.notify()
                release.wait()
            }
            await started.wait()
            time.advance(by: .milliseconds(50))
            #expect(lane.stuck == count)
        }
        #expect(time.pendingTimers == 0)
        for _ in 0..<5 { release.signal() }
        await until { lane.stuck == 0 }
        let again = Signal()
        lane.run { again.notify() }
        await again.wait()
    }

    @Test("a quick closure in each look's window is never taken for a stuck one")
    func quickOnes() async {
        let lane = AbandonableLane(label: "test", time: time)
        let gate = DispatchSemaphore(value: 0)
        for _ in 0..<20 {
            let started = Signal()
            lane.run {
                started.notify()
                gate.wait()
            }
            lane.run { gate.wait() }
            await started.wait()
            time.advance(by: .milliseconds(40))
            gate.signal()
            await until { lane.waiting == 0 }
            time.advance(by: .milliseconds(40))
            #expect(lane.stuck == 0)
            gate.signal()
            await until { time.pendingTimers == 0 }
        }
    }
}
