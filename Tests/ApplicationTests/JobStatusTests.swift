import MainspringCore
import MainspringRuntime
import MainspringTesting
import Testing

@testable import Mainspring
@testable import MainspringJobs

@Suite("A running job in the tree")
struct JobStatusTests {
    @Test("it runs, until it is a zombie: then it says so")
    func zombie() throws {
        let time = ManualTime()
        let job = JobRecord(
            id: try #require(JobID(rawValue: "one")), kind: "stuck", queue: "default", state: .running,
            priority: .normal,
            arguments: "{}", maxAttempts: 1, createdAt: time.now(), scheduledAt: time.now())
        let attempt = JobAttempt(
            lease: Lease(job: job, token: AttemptToken(rawValue: "t")), startedAt: time.now(), time: time)
        let running = attempt.status(at: time.now() + .seconds(3))
        #expect(running.state == .running && running.isReady)
        #expect(running.detail == "attempt 1 of queue default, running for 3.0s")
        #expect(attempt.takeEnd())
        let zombie = attempt.status(at: time.now() + .seconds(3))
        #expect(zombie.state == .failed && !zombie.isReady)
        #expect(zombie.detail?.hasPrefix("a zombie: told to end, settled without it, and still runs") == true)
    }
}
