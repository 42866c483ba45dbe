import Dispatch
import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The timers' thread", .timeLimit(.minutes(1)))
struct TimerThreadTests {
    @Test("timers fire in order of deadline, on one thread, none early")
    func order() async {
        let timers = TimerThread()
        let log = Log()
        let done = Signal()
        for delay in 0...3 {
            let start = SystemTime.read()
            _ = timers.schedule(after: .milliseconds(delay)) {
                log.append(SystemTime.read() - start < .milliseconds(delay) ? -1 : delay)
                if delay == 3 { done.notify() }
            }
        }
        await done.wait()
        #expect(log.values == [0, 1, 2, 3])
        #expect(timers.statistics.fired == 4)
        #expect(timers.statistics.pending == 0)
    }

    @Test("no timer, a cancelled one or a far one: the thread does not wake")
    func idle() async {
        let timers = TimerThread()
        for _ in 0..<100 { timers.schedule(after: .seconds(3600)) {}.cancel() }
        let far = timers.schedule(after: .seconds(3600)) {}
        #expect(timers.statistics == TimerStatistics(pending: 1))
        let done = Signal()
        _ = timers.schedule(after: .zero) { done.notify() }
        await done.wait()
        #expect(timers.statistics.wakes == 1)
        far.cancel()
        #expect(timers.statistics.pending == 0)
    }

    @Test("an action may schedule and cancel: what it cancels does not fire")
    func reentrant() async {
        let timers = TimerThread()
        let (ready, done) = (Signal(), Signal())
        let log = Log()
        let later = Box<any ScheduledAction>()
        let gate = DispatchSemaphore(value: 0)
        _ = timers.schedule(after: .zero) {
            ready.notify()
            gate.wait()
            later.value?.cancel()
            _ = timers.schedule(after: .zero) { done.notify() }
        }
        await ready.wait()
        // Due at once, and behind the action that holds the thread.
        later.set(timers.schedule(after: .zero) { log.append(1) })
        gate.signal()
        await done.wait()
        #expect(log.values.isEmpty)
    }

    @Test("an action that blocks delays the others, and the worst lateness shows it while it lasts")
    func lateness() async {
        let timers = TimerThread()
        let (ready, done) = (Signal(), Signal())
        let gate = DispatchSemaphore(value: 0)
        _ = timers.schedule(after: .zero) {
            ready.notify()
            gate.wait()
        }
        await ready.wait()
        _ = timers.schedule(after: .zero) { done.notify() }
        let waited = SystemTime.read()
        while SystemTime.read() - waited < .milliseconds(2) { sched_yield() }
        #expect(timers.statistics.worstLateness >= .milliseconds(2))
        gate.signal()
        await done.wait()
        #expect(timers.statistics.worstLateness >= .milliseconds(2))
    }

    @Test("timers made and cancelled from many tasks at once are all accounted for")
    func manyTasks() async {
        let timers = TimerThread()
        let fired = Log()
        await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<2000 {
                        let timer = timers.schedule(after: .microseconds(number % 500)) { fired.append(1) }
                        if (number + task) % 3 == 0 { timer.cancel() }
                    }
                    return 0
                }
            }
        }
        await until { timers.statistics.pending == 0 }
        // One that has left the heap may still be running.
        await until { timers.statistics.fired == fired.values.count }
        #expect(fired.values.count >= 8 * 2000 * 2 / 3 - 8)
        #expect(fired.values.count <= 8 * 2000)
    }

    @Test("a delay below zero fires at once, one beyond all time never")
    func extremes() async {
        let time = SystemTime()
        let done = Signal()
        let never = time.schedule(after: .seconds(Int64.max)) { done.notify() }
        _ = time.schedule(after: .seconds(-5)) { done.notify() }
        await done.wait()
        never.cancel()
    }
}
