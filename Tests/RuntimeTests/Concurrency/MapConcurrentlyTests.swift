import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("mapConcurrently", .timeLimit(.minutes(1)))
struct MapConcurrentlyTests {
    @Test("results come in the order of the elements, whatever ended first, failures in their places")
    func order() async {
        let results = await (0..<50).mapConcurrently(limit: 7) { number in
            for _ in 0..<(50 - number) { await Task.yield() }
            if number % 10 == 3 { throw Failed(number: number) }
            return number * 2
        }
        #expect(results.count == 50)
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let value): #expect(value == number * 2 && number % 10 != 3)
            case .failure(let error): #expect((error as? Failed)?.number == number && number % 10 == 3)
            }
        }
    }

    @Test("no elements, no results", arguments: [0, 1, 5])
    func empty(limit: Int) async throws {
        #expect(await [Int]().mapConcurrently(limit: limit) { $0 }.isEmpty)
        #expect(try await [Int]().mapAllConcurrently(limit: limit) { $0 }.isEmpty)
    }

    @Test("never more than the limit at once, and elements are taken one at a time", arguments: [-1, 0, 1, 3, 64])
    func limit(limit: Int) async throws {
        let meter = Meter()
        let results = await CountedSequence(count: 40, meter: meter).mapConcurrently(limit: limit) { number in
            await meter.during { number }
        }
        #expect(try results.map { try $0.get() } == Array(0..<40))
        let all = try await CountedSequence(count: 40, meter: meter).mapAllConcurrently(limit: limit) { number in
            await meter.during { number }
        }
        #expect(all == Array(0..<40))
        #expect(meter.most <= max(1, limit))
        #expect(meter.mostTaken <= max(1, limit) + 1, "elements were taken before they could run")
    }

    @Test("the limit is reached: all of them overlap")
    func window() async {
        let gate = Gate(for: 4)
        let results = await (0..<4).mapConcurrently(limit: 4) { _ in await gate.arrive() }
        #expect(results.count == 4)
    }

    @Test("two closures that compute overlap, called from the main actor too")
    func overlap() async {
        await WholePool.exclusively {
            await expectOverlap()
            await onMainActor()
        }
    }

    @MainActor
    private func onMainActor() async {
        await expectOverlap()
        MainActor.preconditionIsolated()
    }

    private func expectOverlap(isolation: isolated (any Actor)? = #isolation) async {
        let arrived = Tally<Int>()
        let time = SystemTime()
        let start = time.monotonic()
        let main = await MainThread()
        let results = await [0, 1].mapConcurrently(limit: 2) { _ in
            arrived.note(1)
            // Computes without ever suspending; only the other closure's arrival ends it, or failure after thirty seconds.
            while arrived.values.count < 2, time.monotonic() - start < .seconds(30) {}
            return arrived.values.count == 2 && !main.isCurrent
        }
        #expect(results.allSatisfy { (try? $0.get()) == true })
    }

    @Test("a cancelled task cancels what runs, starts no more, and has a result for every element")
    func cancellation() async {
        let started = Tally<Int>()
        let ended = Tally<Int>()
        let mapping = Task {
            await (0..<10).mapConcurrently(limit: 3) { number in
                started.note(number)
                defer { ended.note(number) }
                while !Task.isCancelled { await Task.yield() }
                try Task.checkCancellation()
            }
        }
        await eventually { started.values.count == 3 }
        mapping.cancel()
        let results = await mapping.value
        #expect(results.count == 10)
        for result in results { #expect(throws: CancellationError.self) { try result.get() } }
        #expect(started.values.count == 3)
        #expect(ended.values.count == 3, "something was left running")
    }

    @Test("the first error cancels the rest and is thrown when all have ended")
    func firstError() async {
        let started = Tally<Int>()
        let ended = Tally<Int>()
        await #expect(throws: Failed(number: 2)) {
            try await (0..<10).mapAllConcurrently(limit: 3) { number in
                started.note(number)
                defer { ended.note(number) }
                if number == 2 { throw Failed(number: 2) }
                while !Task.isCancelled { await Task.yield() }
            }
        }
        #expect(started.values.count == 3)
        #expect(ended.values.count == 3, "something was left running")
    }

    @Test("all or nothing: a cancelled task throws, when all have ended")
    func allCancelled() async {
        let ended = Tally<Int>()
        let started = Tally<Int>()
        let mapping = Task {
            try await (0..<10).mapAllConcurrently(limit: 3) { number in
                started.note(number)
                while !Task.isCancelled { await Task.yield() }
                ended.note(number)
            }
        }
        await eventually { started.values.count == 3 }
        mapping.cancel()
        await #expect(throws: CancellationError.self) { try await mapping.value }
        #expect(ended.values.count == started.values.count)
    }
}

private struct Failed: Error, Equatable {
    let number: Int
}

/// How many were inside at once, and how many elements were taken beyond those that ended.
private final class Meter: Sendable {
    private struct Counts {
        var inside = 0
        var most = 0
        var taken = 0
        var mostTaken = 0
    }

    private let counts = Mutex(Counts())
    var most: Int { counts.withLock { $0.most } }
    var mostTaken: Int { counts.withLock { $0.mostTaken } }

    func take() {
        counts.withLock {
            $0.taken += 1
            $0.mostTaken = max($0.mostTaken, $0.taken)
        }
    }

    func during(_ body: () -> Int) async -> Int {
        counts.withLock {
            $0.inside += 1
            $0.most = max($0.most, $0.inside)
        }
        for _ in 0..<5 { await Task.yield() }
        counts.withLock {
            $0.inside -= 1
            $0.taken -= 1
        }
        return body()
    }
}

private struct CountedSequence: Sequence, IteratorProtocol {
    let count: Int
    let meter: Meter
    private var number = 0

    init(count: Int, meter: Meter) {
        self.count = count
        self.meter = meter
    }

    mutating func next() -> Int? {
        guard number < count else { return nil }
        defer { number += 1 }
        meter.take()
        return number
    }
}

/// Opens for all when as many as it is for have arrived.
private final class Gate: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let expected: Int

    init(for expected: Int) { self.expected = expected }

    @concurrent
    func arrive() async {
        await withCheckedContinuation { continuation in
            let ready = waiting.withLock { waiting in
                waiting.append(continuation)
                return waiting.count == expected ? waiting : []
            }
            for continuation in ready { continuation.resume() }
        }
    }
}
