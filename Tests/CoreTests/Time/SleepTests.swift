import MainspringCore
import MainspringTesting
import Testing

@Suite("TimeSource.sleep")
struct SleepTests {
    let time = ManualTime()

    @Test("ends at its time, not before")
    func ends() async throws {
        let sleeper = Task { [time] in
            try await time.sleep(for: .seconds(10))
            return time.now()
        }
        await time.timersPending()
        let start = time.now()
        time.advance(by: .milliseconds(9_999))
        #expect(time.pendingTimers == 1)
        time.advance(by: .milliseconds(1))
        #expect(try await sleeper.value == start + .seconds(10))
        #expect(time.pendingTimers == 0)
    }

    @Test("a cancelled sleep throws and leaves no timer")
    func cancelled() async {
        let sleeper = Task { [time] in try await time.sleep(for: .seconds(10)) }
        await time.timersPending()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.pendingTimers == 0)
    }

    @Test("a task that is cancelled already does not sleep")
    func cancelledBefore() async {
        let sleeper = Task { [time] in
            withUnsafeCurrentTask { $0?.cancel() }
            try await time.sleep(for: .seconds(10))
        }
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.pendingTimers == 0)
    }

    @Test("cancellation that races with start and end never hangs and leaves no timer")
    func races() async {
        for _ in 0..<500 {
            let sleeper = Task { [time] in try await time.sleep(for: .seconds(1)) }
            async let cancelling: Void = Task { sleeper.cancel() }.value
            async let advancing: Void = Task { [time] in time.advance(by: .seconds(1)) }.value
            _ = await (cancelling, advancing)
            _ = await sleeper.result
            #expect(time.pendingTimers == 0)
        }
    }
}
