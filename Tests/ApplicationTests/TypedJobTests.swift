import MainActorProgram
import MainspringTesting
import Synchronization
import Testing

@testable import Mainspring

@Suite("Jobs in Swift in an application", .serialized, .wholePool)
struct TypedJobTests {
    private let program = Program()

    struct Greet: Job {
        static let kind = "greet"
        static let options = JobOptions(queue: "letters")
        var name = "world"

        func run(_ context: JobContext) async throws -> String {
            _ = try context[Pool.self]
            if name == "nobody" { throw JobDiscard("there is nobody") }
            return "Hello, \(name)"
        }
    }

    struct Other: Job {
        static let kind = "greet"
        static let options = JobOptions(queue: "no/queue")
        static let version = 0
        func run(_ context: JobContext) async throws {}
    }

    struct Count: Job {
        static let kind = "count"
        var bad = 0.5
        func run(_ context: JobContext) async throws { try context[Diary.self].write("counted") }
    }

    @Test("run with its resources, and give back what they return")
    func run() async throws {
        let service = try program.service { [diary = program.diary] app in
            app.provide(Pool.self) { Pool() }
            app.job(Greet.self)
            app.service("caller", restart: .never) { _ in
                let handle = try await app.jobs.enqueue(Greet())
                diary.write(try await handle.result(within: .seconds(30)))
                let nobody = try await app.jobs.enqueue(Greet(name: "nobody"))
                let error = await #expect(throws: MainspringError.self) {
                    try await nobody.result(within: .seconds(30))
                }
                diary.write(error?.cause ?? "")
                diary.write(try app.services.tree().map(\.name).joined())
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["Hello, world", "discarded: there is nobody", "caller"])
    }

    @Test("take untyped jobs too, checked by their type; a queue that only a kind names is there")
    func untyped() async throws {
        let service = try program.service { [diary = program.diary] app in
            app.provide(Pool.self) { Pool() }
            app.job(Greet.self)
            app.service("caller", restart: .never) { _ in
                let error = await #expect(throws: MainspringError.self) {
                    try await app.jobs.enqueue(JobRequest(kind: "greet", arguments: ["name": 7]))
                }
                diary.write(error?.cause ?? "")
                let job = try await app.jobs.enqueue(JobRequest(kind: "greet", arguments: ["name": "you"]))
                diary.write(try await app.jobs.wait(for: job.id, timeout: .seconds(30))?.result ?? "")
                diary.write(
                    try await app.jobs.queues().map { "\($0.summary.name) \($0.options?.workers ?? 0)" }.joined())
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["'name' is not of the type String", #""Hello, you""#, "default 10letters 10"])
    }

    @Test("what the file says about a queue wins over the code")
    func queues() async throws {
        var program = program
        program.settings = "queues: { letters: { workers: 2 } }"
        let service = try program.service { [diary = program.diary] app in
            app.queue("letters", workers: 4, limit: 7)
            app.queue("parcels", workers: 3, limit: 8)
            app.service("caller", restart: .never) { _ in
                for queue in try await app.jobs.queues() {
                    diary.write("\(queue.summary.name) \(queue.options?.workers ?? 0) \(queue.options?.limit ?? 0)")
                }
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["default 10 10000", "letters 2 10000", "parcels 3 8"])
    }

    @Test("everything that is wrong with declarations is refused at once, with its place, before anything starts")
    func problems() async throws {
        var program = program
        program.settings = """
            jobs:
              count: { exec: ["true"] }
            schedules: { nightly: { every: 1h, job: count } }
            """
        let service = try program.service { app in
            app.job(Greet.self, file: "Market/Jobs.swift", line: 7)
            app.job(Other.self)
            app.job(Count.self)
            app.queue("letters", workers: 0)
            app.queue("parcels")
            app.queue("parcels", limit: 0)
            app.schedule("nightly", every: .hours(1), Greet())
            app.schedule("hourly", every: .hours(1), Meet())
            app.schedule("never", every: .zero, Greet())
            app.schedule("odd", every: .hours(1), Count(bad: .nan))
        }
        let errors = await #expect(throws: ConfigurationErrors.self) { try await service.run() }
        #expect(
            errors?.problems.map { "\($0.key): \($0.message)" } == [
                "greet: the name of this kind is taken by what is declared at Market/Jobs.swift:7",
                "count: the name of this kind is taken by a job of mainspring.yaml:5",
                "letters: it needs at least 1 worker",
                "parcels: the name of this queue is taken by what is declared at "
                    + "ApplicationTests/TypedJobTests.swift:\(errors.map { $0.problems[3].line! - 1 } ?? 0)",
                "nightly: the name of this schedule is taken by a schedule of mainspring.yaml:6",
                "hourly: its kind meet is not declared", "never: it must wait at least 1 ms between two jobs",
                "odd: 'bad' has no form in JSON",
            ])
        #expect(errors?.problems.first?.source == "ApplicationTests/TypedJobTests.swift")
    }

    @Test("a kind whose own words are wrong is refused too")
    func wrongOptions() async throws {
        let service = try program.service { $0.job(Other.self) }
        let errors = await #expect(throws: ConfigurationErrors.self) { try await service.run() }
        #expect(errors?.problems.map(\.message) == ["its version must be at least 1"])
    }

    @Test("a schedule makes them, inside of the program's middleware")
    func schedule() async throws {
        let service = try program.service { [diary = program.diary] app in
            app.provide(Diary.self) { diary }
            app.job(Count.self)
            app.middleware(Around(diary: diary, name: "outer"))
            app.middleware(Around(diary: diary, name: "inner") { app.stop() })
            app.schedule("often", every: .milliseconds(20), Count())
        }
        try await service.run()
        #expect(program.diary.lines.prefix(5) == ["outer", "inner", "counted", "inner success", "outer success"])
    }

    private struct Around: JobMiddleware {
        let diary: Diary
        let name: String
        var done: @Sendable () -> Void = {}

        func run(
            _ attempt: JobAttempt, next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
        ) async -> AttemptResult {
            diary.write(name)
            let result = await next(attempt)
            diary.write("\(name) \(result.outcome.name.rawValue)")
            done()
            return result
        }
    }

    @Test("declared on the main actor they do not run there: two that only compute overlap")
    @MainActor func overlap() async throws {
        let (outcomes, met) = AsyncStream.makeStream(of: Bool.self)
        let app = MainspringApplication()
        declareJobs(app) { met.yield($0) }
        app.service("watcher", restart: .never) { [diary = program.diary] _ in
            try await app.jobs.enqueue([Meet(), Meet()])
            for await outcome in outcomes.prefix(2) { diary.write("\(outcome)") }
            app.stop()
        }
        let result = try await program.run(app)
        #expect(result.isClean)
        #expect(program.diary.lines == ["true", "true"])
    }

    @Test("a program that only enqueues, beside the node and with the same file, reads their results")
    func client() async throws {
        var program = program
        program.store = "sqlite"
        let service = try program.service { [diary = program.diary, folder = program.folder] app in
            app.provide(Pool.self) { Pool() }
            app.job(Greet.self)
            app.service("other", restart: .never) { _ in
                let other = try Mainspring.client(store: "sqlite:\(folder.path)/.mainspring/jobs.db")
                let handle = try await other.jobs.enqueue(Greet(name: "you"), unique: .by(\.name))
                diary.write(try await handle.result(within: .seconds(30)))
                try await other.close()
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["Hello, you"])
        for store in ["memory", "sqlite", "redis"] {
            let error = #expect(throws: MainspringError.self) { try Mainspring.client(store: store) }
            #expect(error?.code == .configuration)
        }
    }

    @Test("one that was given up is a zombie of the node until it ends, each attempt for itself")
    func zombies() throws {
        let register = ZombieRegister()
        let zombies = JobZombies(register: register, time: ManualTime())
        let id = try #require(JobID(rawValue: "j"))
        for _ in 0..<2 { zombies.emit(.job(.abandoned(id: id, kind: "scan", queue: "scans"))) }
        #expect(register.list().map { "\($0.name), \($0.site)" } == ["scan j, queue scans", "scan j, queue scans"])
        zombies.emit(.job(.zombieEnded(id: id, kind: "scan", queue: "scans")))
        #expect(register.count == 1)
        for _ in 0..<2 { zombies.emit(.job(.zombieEnded(id: id, kind: "scan", queue: "scans"))) }
        #expect(register.count == 0)
    }
}
