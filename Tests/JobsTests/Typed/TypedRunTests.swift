import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@Suite("A job in Swift", .timeLimit(.minutes(1)))
struct TypedRunTests {
    struct Coded: JobError { var code: String }

    @Test("is enqueued as a value, runs with its context, and its result comes back with its type")
    func roundTrip() async throws {
        let seen = Mutex<[String]>([])
        try await withActs { act, context in
            seen.withLock {
                $0 = [
                    "\(context.id)", context.kind, context.queue, "\(context.attempt)/\(context.maxAttempts)",
                    context.tags.joined(separator: " "), context.metadata["for"] ?? "",
                    context.deadline.map(\.rfc3339) ?? "", "\(context.isStopping)",
                ]
            }
            return act.name + "!"
        } _: { jobs, time in
            let handle = try await jobs.client.enqueue(
                Act(name: "hi"), id: JobID(rawValue: "a-1"), tags: ["mine", "typed"], metadata: ["for": "test"],
                deadline: .minutes(2))
            #expect(try await handle.result(within: .seconds(5)) == "hi!")
            let deadline = (time.now() + .minutes(2)).rfc3339
            #expect(seen.withLock { $0 } == ["a-1", "act", "default", "1/2", "typed mine", "test", deadline, "false"])
            let job = try await handle.status()
            #expect(job.arguments == #"{"name":"hi"}"#)
            #expect(job.result == #""hi!""#)
            #expect(!handle.isDuplicate)
            let again = try await jobs.client.enqueue(Act(name: "hi"), id: JobID(rawValue: "a-1"))
            #expect(again.isDuplicate)
        }
    }

    @Test("without a result is completed without one")
    func nothing() async throws {
        try await withTestJobs(Quiet.self) { jobs in
            let handle = try await jobs.client.enqueue(Quiet())
            try await handle.result(within: .seconds(5))
            #expect(try await handle.status().result == nil)
        }
    }

    @Test("that throws fails under the error's code, and never with more than 500 characters of it")
    func failures() async throws {
        let errors: [String: any Error] = [
            "named": Coded(code: "feed_down"), "ours": MainspringError(.timedOut, "too late", cause: "slow"),
            "plain": Fault.plain, "long": Coded(code: String(repeating: "x", count: 100) + "\u{1B}"),
        ]
        try await withActs { act, _ in
            throw errors[act.name]!
        } _: { jobs, _ in
            var found: [String: JobFailure] = [:]
            for name in errors.keys {
                let handle = try await jobs.client.enqueue(Act(name: name))
                found[name] = await jobs.settled(handle.id)?.attempt.error
            }
            #expect(found["named"]?.code == "feed_down")
            #expect(found["ours"] == JobFailure(code: "timed_out", message: "too late: slow"))
            #expect(found["plain"] == JobFailure(code: "Fault", message: "plain"))
            #expect(found["long"]?.code == String(repeating: "x", count: 64))
        }
    }

    @Test("says itself whether and when another attempt is made")
    func retries() async throws {
        let faults: [String: Fault] = ["plain": .plain, "later": .later, "hopeless": .hopeless]
        try await withActs { act, _ in
            throw faults[act.name]!
        } _: { jobs, time in
            func end(_ name: String) async throws -> Settlement? {
                await jobs.settled(try await jobs.client.enqueue(Act(name: name)).id)
            }
            let plain = try await end("plain")
            #expect(plain?.nextState == .retryable)
            #expect(plain?.availableAt == time.now() + .seconds(10))
            #expect(try await end("later")?.availableAt == time.now() + .seconds(100))
            let hopeless = try await end("hopeless")
            #expect(hopeless?.nextState == .discarded)
            #expect(hopeless?.attempt.error?.code == "Fault")
        }
    }

    @Test("may snooze, which uses no attempt, and may discard itself")
    func control() async throws {
        try await withActs { act, context in
            if act.name == "never" { throw JobDiscard("delisted", code: "gone") }
            if context.attempt == 1, try await context.jobs.job(context.id)?.snoozes == 0 {
                throw JobSnooze(for: .hours(1))
            }
            return "done"
        } _: { jobs, time in
            let later = try await jobs.client.enqueue(Act())
            #expect(await jobs.settled(later.id)?.availableAt == time.now() + .hours(1))
            #expect(try await later.status().attempt == 0)
            let never = try await jobs.client.enqueue(Act(name: "never"))
            let error = await #expect(throws: MainspringError.self) { try await never.result(within: .seconds(5)) }
            #expect(error?.code == .jobDiscarded)
            #expect(error?.cause == "gone: delisted")
        }
    }

    @Test("with a result that is too large, or has no form in JSON, fails")
    func results() async throws {
        struct Big: Job {
            static let kind = "big"
            func run(_ context: JobContext) async throws -> String { String(repeating: "x", count: 1 << 20) }
        }
        struct Odd: Job {
            static let kind = "odd"
            func run(_ context: JobContext) async throws -> [Double] { [.nan] }
        }
        try await withTestJobs(Big.self, Odd.self, time: ManualTime()) { jobs in
            let big = try await jobs.client.enqueue(Big()).id
            #expect(await jobs.settled(big)?.attempt.error?.code == "result_too_large")
            let odd = try await jobs.client.enqueue(Odd()).id
            let failure = await jobs.settled(odd)?.attempt.error
            #expect(failure?.code == "bad_result")
            #expect(failure?.message == "the result cannot be stored: '[0]' has no form in JSON")
        }
    }

    @Test("tells how far it is, and what it writes can be read while it runs and afterwards")
    func progress() async throws {
        let (told, goesOn) = (Signal(), Signal())
        try await withActs { _, context in
            context.log("line one")
            context.progress(0.5, "half")
            told.notify()
            await goesOn.wait()
            context.log("line two")
            return ""
        } _: { jobs, _ in
            let handle = try await jobs.client.enqueue(Act())
            await told.wait()
            let live = try await jobs.client.logs(of: handle.id)?.first?.output.standardOutput ?? []
            #expect(String(decoding: live, as: UTF8.self) == "line one\n")
            goesOn.notify()
            await jobs.settled(handle.id)
            let kept = try await jobs.client.logs(of: handle.id)?.first?.output.standardOutput ?? []
            #expect(String(decoding: kept, as: UTF8.self) == "line one\nline two\n")
        }
    }

    @Test("keeps the last 64 KiB of what it writes, and says how much is gone")
    func boundedLog() async throws {
        try await withActs { _, context in
            for _ in 0..<100 { context.log(String(repeating: "x", count: 1023)) }
            return ""
        } _: { jobs, _ in
            let id = try await jobs.client.enqueue(Act()).id
            await jobs.settled(id)
            let output = try await jobs.client.logs(of: id)?.first?.output
            #expect(output?.standardOutput.count == 64 << 10)
            #expect(output?.droppedBytes == 36 << 10)
        }
    }
}

struct Quiet: Job {
    static let kind = "quiet"
    func run(_ context: JobContext) async throws {}
}
