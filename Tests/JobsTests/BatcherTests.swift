import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringJobs

@Suite("The batcher", .timeLimit(.minutes(1)))
struct BatcherTests {
    /// Writes batches when told.
    final class Writer: Sendable {
        struct Failure: Error {}

        private struct State {
            var batches: [[Int]] = []
            var waiting: CheckedContinuation<Bool, Never>?
            var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        }

        private let state = Mutex(State())

        var batches: [[Int]] { state.withLock { $0.batches } }

        func write(_ items: [Int]) async throws -> [Int] {
            let succeeds = await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    state.batches.append(items)
                    state.waiting = continuation
                    let count = state.batches.count
                    defer { state.arrivals.removeAll { $0.count <= count } }
                    return state.arrivals.filter { $0.count <= count }.map(\.continuation)
                }
                for waiter in ready { waiter.resume() }
            }
            guard succeeds else { throw Failure() }
            return items.map { $0 * 10 }
        }

        func batch(_ count: Int) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.batches.count >= count { return true }
                    state.arrivals.append((count, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        }

        func finish(succeeds: Bool = true) {
            state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }?.resume(returning: succeeds)
        }
    }

    /// What came back, in order.
    final class Answers: Sendable {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }
        func add(_ item: Int, _ result: Result<Int, any Error>) {
            let text =
                switch result {
                case .success(let value): "\(value)"
                case .failure(let error): "\(item) \(type(of: error))"
                }
            state.withLock { $0.append(text) }
        }
    }

    @Test("what arrives during a write is the next batch, in order, up to the limit")
    func gathers() async {
        let writer = Writer()
        let answers = Answers()
        let batcher = Batcher<Int, Int>(batchLimit: 3) { try await writer.write($0) }
        let run = Task { await batcher.run() }
        batcher.submit(1) { answers.add(1, $0) }
        await writer.batch(1)
        for item in 2...8 { batcher.submit(item) { answers.add(item, $0) } }
        batcher.close()
        for count in 1...4 {
            await writer.batch(count)
            writer.finish()
        }
        await run.value
        #expect(writer.batches == [[1], [2, 3, 4], [5, 6, 7], [8]])
        #expect(answers.all == ["10", "20", "30", "40", "50", "60", "70", "80"])
    }

    @Test("an error goes to all of its batch, and to no other")
    func errors() async {
        let writer = Writer()
        let answers = Answers()
        let batcher = Batcher<Int, Int>(batchLimit: 10) { try await writer.write($0) }
        batcher.submit(1) { answers.add(1, $0) }
        batcher.submit(2) { answers.add(2, $0) }
        let run = Task { await batcher.run() }
        await writer.batch(1)
        batcher.submit(3) { answers.add(3, $0) }
        writer.finish(succeeds: false)
        await writer.batch(2)
        writer.finish()
        batcher.close()
        await run.value
        #expect(answers.all == ["1 Failure", "2 Failure", "30"])
    }

    @Test("a writer that answers too few items fails its whole batch instead of leaving callers waiting")
    func tooFew() async {
        let batcher = Batcher<Int, Int>(batchLimit: 10) { Array($0.dropLast()) }
        let answers = Answers()
        batcher.submit(1) { answers.add(1, $0) }
        batcher.submit(2) { answers.add(2, $0) }
        batcher.close()
        await batcher.run()
        #expect(answers.all == ["1 MainspringError", "2 MainspringError"])
    }

    @Test("what came before the close is written, what comes after is refused")
    func close() async {
        let batcher = Batcher<Int, Int>(batchLimit: 10) { $0 }
        let answers = Answers()
        batcher.submit(1) { answers.add(1, $0) }
        batcher.close()
        batcher.submit(2) { answers.add(2, $0) }
        await #expect(throws: BatcherClosed.self) { try await batcher.submit(3) }
        await batcher.run()
        #expect(answers.all == ["2 BatcherClosed", "1"])
    }

    @Test("a cancelled caller still learns what became of its item")
    func cancelledCaller() async throws {
        let writer = Writer()
        let batcher = Batcher<Int, Int>(batchLimit: 10) { try await writer.write($0) }
        let run = Task { await batcher.run() }
        let caller = Task { try await batcher.submit(1) }
        await writer.batch(1)
        caller.cancel()
        writer.finish()
        #expect(try await caller.value == 10)
        batcher.close()
        await run.value
    }

    @Test("many callers at once all get their own answers")
    func many() async throws {
        let batcher = Batcher<Int, Int>(batchLimit: 7) { $0.map { $0 * 2 } }
        let run = Task { await batcher.run() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for item in 0..<1_000 { group.addTask { try await batcher.submit(item) == item * 2 } }
            for try await isRight in group { #expect(isRight) }
        }
        batcher.close()
        await run.value
    }
}
