import Foundation
import Glibc
import MainspringCore
import MainspringJobs
import MainspringRuntime
import Synchronization

/// Enqueues as the harness asks, and says how long it took.
enum PeerProducer {
    static func run(_ mode: String, count: Int, argument: Int) async throws {
        let opened = try await PeerStore.open(for: "producer-\(getpid())")
        let connection = JobConnection(
            registry: PeerEnvironment.registry(.unused, workers: 1), store: opened.store, time: SystemTime(),
            ids: RandomIDSource(), sink: PeerEnvironment.Silence())
        let jobs = connection.jobs
        let clock = ContinuousClock()
        let start = clock.now
        var (total, note) = (count, "")
        switch mode {
        case "noop1": for _ in 0..<count { try await jobs.enqueue(Noop()) }
        case "noopbulk":
            note = "batches of 1000, 4 calls at once"
            try await bulk(count) { _ in
                Noop()
            } enqueue: {
                try await jobs.enqueue($0)
            }
        case "work":
            try await bulk(count) {
                Work(number: $0, milliseconds: argument)
            } enqueue: {
                try await jobs.enqueue($0)
            }
        case "lat":
            total = count * argument
            for number in 0..<total {
                try await clock.sleep(until: start + .nanoseconds(number * 1_000_000_000 / count))
                try await jobs.enqueue(Lat(sent: PeerRecorder.now()))
            }
        case "rate":
            total = count * argument
            try await rate(total, perSecond: count) { try await jobs.enqueue(Work(number: $0, milliseconds: 0)) }
        default: throw MainspringError(.configuration, "no mode '\(mode)'")
        }
        let seconds = (clock.now - start) / .seconds(1)
        print(#"{"n": \#(total), "secs": \#(seconds), "note": "\#(note)"}"#)
        fflush(nil)
        try await opened.close()
    }

    private static func bulk<J: Job>(
        _ count: Int, make: @escaping @Sendable (Int) -> J, enqueue: @escaping @Sendable ([J]) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, from) in stride(from: 0, to: count, by: 1000).enumerated() {
                if index >= 4 { try await group.next() }
                group.addTask { try await enqueue((from..<min(from + 1000, count)).map(make)) }
            }
            try await group.waitForAll()
        }
    }

    /// Open loop: a call begins when it is its time, however many are under way.
    private static func rate(
        _ total: Int, perSecond rate: Int, enqueue: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let file = open("\(PeerEnvironment.folder)/produced", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let clock = ContinuousClock()
        let start = clock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<total {
                try? await clock.sleep(until: start + .nanoseconds(number * 1_000_000_000 / rate))
                group.addTask {
                    let begun = PeerRecorder.now()
                    var fate = "OK"
                    do { try await enqueue(number) } catch { fate = "FAIL" }
                    let line = Array("\(fate) \(number) \(begun) \(PeerRecorder.now())\n".utf8)
                    _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                }
            }
        }
    }
}
