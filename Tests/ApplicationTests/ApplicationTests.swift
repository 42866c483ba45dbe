import Logging
import MainActorProgram
import MainspringTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import Mainspring

private struct Broken: Error, CustomStringConvertible { var description: String { "broken" } }

/// One at a time: a process has one runtime.
@Suite("An application as a guest", .serialized, .wholePool)
struct ApplicationTests {
    private let program = Program()

    private func running(_ service: MainspringService) -> Task<Void, any Error> { Task { try await service.run() } }

    // MARK: Every path down

    @Test("stop() brings it down in order")
    func stop() async throws {
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.service("stopper", restart: .never, dependsOn: ["feed"]) { _ in app.stop() }
        }
        try await service.run()
        #expect(program.diary.lines == Program.wholeLife)
    }

    @Test("in a ServiceGroup the group's graceful shutdown does the same")
    func gracefulShutdown() async throws {
        let ready = Moment()
        let service = try program.service { [program] in program.declareAll($0, ready: ready) }
        let group = ServiceGroup(services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let end = Task { try await group.run() }
        await ready.wait()
        await group.triggerGracefulShutdown()
        try await end.value
        #expect(program.diary.lines == Program.wholeLife)
    }

    @Test("so does cancelling it")
    func cancel() async throws {
        let ready = Moment()
        let end = running(try program.service { [program] in program.declareAll($0, ready: ready) })
        await ready.wait()
        end.cancel()
        try await end.value
        #expect(program.diary.lines == Program.wholeLife)
    }

    @Test("so does a service that fails too often under a policy that escalates, and the end says why")
    func crash() async throws {
        var program = program
        program.settings = "supervision: { max_restarts: 0, on_exhausted: escalate }"
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.service("bad", dependsOn: ["feed"]) { _ in throw Broken() }
        }
        let error = await #expect(throws: MainspringError.self) { try await service.run() }
        #expect(error?.code == .stoppedUncleanly)
        #expect(error?.message.contains("bad") == true)
        #expect(program.diary.lines == Program.wholeLife)
    }

    @Test("a start that fails half-way closes what was made and starts nothing")
    func failedStart() async throws {
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.provide(Int.self, name: "limit") { throw Broken() }
        }
        let error = await #expect(throws: MainspringError.self) { try await service.run() }
        #expect(error?.message.contains("making limit failed: broken") == true)
        #expect(program.diary.lines == ["make pool", "close pool"])
    }

    @Test("a pool that does not close is named, and the rest is closed")
    func stuckClosing() async throws {
        let never = Moment()
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.provide(
                Int.self, name: "limit", closingTimeout: .milliseconds(1), closing: { _ in await never.wait() }
            ) { 1 }
            app.service("stopper", restart: .never, dependsOn: ["feed"]) { _ in app.stop() }
        }
        let error = await #expect(throws: MainspringError.self) { try await service.run() }
        #expect(error?.cause == "late: closing limit")
        #expect(program.diary.lines == Program.wholeLife)
        never.notify()
    }

    @Test("a shutdown hook that fails is the reason in the end, and the rest is done")
    func failingHook() async throws {
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.onShutdown("leave") { _ in throw Broken() }
            app.service("stopper", restart: .never, dependsOn: ["feed"]) { _ in app.stop() }
        }
        let error = await #expect(throws: MainspringError.self) { try await service.run() }
        #expect(error?.message == "the shutdown hook leave failed: broken")
        #expect(program.diary.lines == Program.wholeLife)
    }

    @Test("stop() in the closure that declares keeps it from starting")
    func stopFirst() async throws {
        let service = try program.service { [program] app in
            program.declareAll(app)
            app.stop()
        }
        try await service.run()
        #expect(program.diary.lines == [])
    }

    // MARK: One runtime

    @Test("while one runs a second is refused, naming the first; after it another runs")
    func second() async throws {
        let ready = Moment()
        let first = running(try program.service { [program] in program.declareAll($0, ready: ready) })
        await ready.wait()
        let other = Program()
        let error = await #expect(throws: MainspringError.self) { try await other.service { _ in }.run() }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("ApplicationTests/Program.swift:") == true)
        first.cancel()
        try await first.value
        try await other.service { $0.stop() }.run()
    }

    // MARK: What a program asks for

    @Test("jobs are there from the start hooks on, and before that the error says so")
    func jobs() async throws {
        var program = program
        program.settings = "jobs: { greet: { exec: [\"/bin/echo\", \"hello\"], result: text } }"
        let service = try program.service { [diary = program.diary] app in
            let error = #expect(throws: MainspringError.self) { try app.jobs }
            #expect(error?.code == .notRunning)
            app.onStart("enqueue") { _ in
                #expect(app.phase == .starting)
                try await app.jobs.enqueue(JobRequest(kind: "greet", id: JobID(rawValue: "early")))
            }
            app.service("caller", restart: .never) { _ in
                let job = try await app.jobs.wait(for: JobID(rawValue: "early")!, timeout: .seconds(30))
                diary.write(job?.state.rawValue ?? "none")
                await #expect(throws: MainspringError.self) { try await app.jobs.enqueue(JobRequest(kind: "great")) }
                #expect(app.isRunning)
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["completed"])
    }

    @Test("children come and go in a group while it runs")
    func dynamicChildren() async throws {
        let service = try program.service { [diary = program.diary] app in
            app.group("chats", SupervisionPolicy(strategy: .oneForOne)) { _ in }
            app.service("router", restart: .never, dependsOn: ["chats"]) { context in
                let chats = try app.services.group("chats")
                let (polled, polls) = AsyncStream.makeStream(of: Void.self)
                try chats.add("chat-42", LoopSpec(every: .milliseconds(1))) { _ in polls.yield() }
                _ = await polled.first { _ in true }
                #expect(chats.tree().map(\.name) == ["chat-42"])
                await withCheckedContinuation { continuation in
                    try? chats.remove("chat-42") { _ in continuation.resume() }
                }
                #expect(chats.tree().isEmpty)
                diary.write("gone")
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["gone"])
    }

    @Test("groups and loops of code stand in the tree beside those of the file, and depend on each other")
    func tree() async throws {
        var program = program
        program.settings = "services: { ground: { exec: [\"/bin/sleep\", \"600\"] } }"
        let service = try program.service { [diary = program.diary] app in
            let turned = Moment()
            app.group("workers", SupervisionPolicy(strategy: .oneForAll), dependsOn: ["ground"]) { group in
                group.service("one") { await $0.untilStopping() }
                group.loop("two", every: .seconds(3600), dependsOn: ["one"]) { _ in turned.notify() }
            }
            app.service("watcher", restart: .never, dependsOn: ["workers"]) { _ in
                await turned.wait()
                for child in try app.services.tree() {
                    diary.write(([child.name] + child.children.map(\.name)).joined(separator: " "))
                }
                app.stop()
            }
        }
        try await service.run()
        #expect(program.diary.lines == ["ground", "workers one two", "watcher"])
    }

    @Test("what is declared twice, in code or in the file, is refused before anything starts")
    func names() async throws {
        var program = program
        program.settings = "services: { feed: { exec: [\"/bin/sleep\", \"600\"] } }"
        let service = try program.service { app in
            app.service("feed") { _ in }
            app.loop("beat", every: .seconds(1), file: "Market/Loops.swift", line: 12) { _ in }
            app.group("workers") { group in group.service("beat") { _ in } }
            app.service("no/name") { _ in }
            app.provide(Int.self, file: "Market/Pools.swift", line: 7) { 1 }
            app.provide(Int.self) { 2 }
        }
        let errors = await #expect(throws: ConfigurationErrors.self) { try await service.run() }
        #expect(
            errors?.problems.map { "\($0.key): \($0.message)" } == [
                "feed: the name is taken by a service of mainspring.yaml",
                "beat: the name is taken by what is declared at Market/Loops.swift:12",
                "no/name: must be a name of up to 64 letters, digits, '.', '_' and '-'",
                "Int: the name is taken by what is declared at Market/Pools.swift:7",
            ])
        #expect(errors?.problems.first?.source == "ApplicationTests/ApplicationTests.swift")
    }

    @Test("closures declared on the main actor that only compute overlap", arguments: [true, false])
    @MainActor func overlap(isLoop: Bool) async throws {
        let (outcomes, met) = AsyncStream.makeStream(of: Bool.self)
        let app = MainspringApplication()
        if isLoop { declareLoops(app) { met.yield($0) } } else { declareServices(app) { met.yield($0) } }
        app.service("watcher", restart: .never) { [diary = program.diary] _ in
            for await outcome in outcomes.prefix(2) { diary.write("\(outcome)") }
            app.stop()
        }
        let result = try await program.run(app)
        #expect(result.isClean)
        #expect(program.diary.lines == ["true", "true"])
    }

    @Test("a service of swift-service-lifecycle is shut down gracefully with it")
    func lifecycleChild() async throws {
        let service = try program.service { [diary = program.diary] app in
            app.service("web", Waiting(diary: diary))
            app.service("stopper", restart: .never, dependsOn: ["web"]) { _ in app.stop() }
        }
        try await service.run()
        #expect(program.diary.lines == ["graceful shutdown"])
    }
}

private struct Waiting: Service {
    let diary: Diary

    func run() async throws {
        try await ServiceLifecycle.gracefulShutdown()
        diary.write("graceful shutdown")
    }
}
