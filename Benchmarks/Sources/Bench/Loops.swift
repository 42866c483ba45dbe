import Foundation
import Logging
import MainspringCore
import MainspringRuntime
import Synchronization

/// What loops cost: a turn that does nothing, and a loop that waits.
enum Loops {
    static func run() async throws {
        print("loops: closures that return at once, back to back; median of 5")
        for (name, timeout) in [("a turn", nil), ("a turn with a timeout", Duration.seconds(60))] {
            var costs: [(wall: Double, processor: Double)] = []
            for round in 0..<6 {
                let cost = try await turn(timeout: timeout, count: 100_000)
                if round > 0 { costs.append(cost) }
            }
            let median = costs.sorted { $0.wall < $1.wall }[costs.count / 2]
            print("  \(name): \(Int(median.wall)) ns, of processors \(Int(median.processor)) ns")
        }
        try await idle(count: 10_000)
    }

    private static func turn(timeout: Duration?, count: Int) async throws -> (wall: Double, processor: Double) {
        let time = SystemTime()
        let done = Done()
        let source = source(LoopSpec(every: .zero, pacing: .fixedDelay, timeout: timeout)) { context in
            if context.turn == count { done.finish() }
        }
        let start = time.monotonic()
        let processor = processorTime()
        let life = try source.begin(line("turns"))
        await done.wait()
        let took = time.monotonic() - start
        let used = processorTime() - processor
        life.kill()
        return (took.inSeconds * 1e9 / Double(count), used / Double(count))
    }

    private static func idle(count: Int) async throws {
        let spec = LoopSpec(every: .seconds(3600), first: .afterInterval)
        let before = residentBytes()
        let sources = (0..<count).map { _ in source(spec) { _ in } }
        let lives = try sources.enumerated().map { number, source in try source.begin(line("idle\(number)")) }
        let bytes = residentBytes() - before
        print("  an idle loop, of \(count): \(bytes / count) bytes resident")
        withExtendedLifetime(sources) { for life in lives { life.kill() } }
    }

    private static let context = SupervisorContext(
        time: SystemTime(), sink: FanOutSink([]), logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })

    private static func source(_ spec: LoopSpec, body: @escaping LoopSource.Body) -> any ChildSource {
        context.child(ChildSpec(name: "loop", kind: .loop), loop: spec, body: body).source
    }

    private static func line(_ name: String) -> ChildLine { ChildLine(name: name, time: SystemTime()) { _ in } }

    /// Of all threads, in nanoseconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }

    private final class Done: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func finish() { continuation.finish() }
        func wait() async { for await _ in stream {} }
    }
}
