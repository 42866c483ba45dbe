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
            var costs: [Double] = []
            for round in 0..<6 {
                let cost = try await turn(timeout: timeout, count: 100_000)
                if round > 0 { costs.append(cost) }
            }
            print("  \(name): \(Int(costs.sorted()[costs.count / 2])) ns")
        }
        try await idle(count: 10_000)
    }

    private static func turn(timeout: Duration?, count: Int) async throws -> Double {
        let time = SystemTime()
        let done = Done()
        let source = source(LoopSpec(every: .zero, pacing: .fixedDelay, timeout: timeout)) { context in
            if context.turn == count { done.finish() }
        }
        let start = time.monotonic()
        let life = try source.begin(line("turns"))
        await done.wait()
        let took = time.monotonic() - start
        life.kill()
        return took.inSeconds * 1e9 / Double(count)
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

    private static func source(_ spec: LoopSpec, body: @escaping LoopSource.Body) -> LoopSource {
        LoopSource(
            spec, zombies: ZombieRegister(), time: SystemTime(), sink: FanOutSink([]),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }, body: body)
    }

    private static func line(_ name: String) -> ChildLine { ChildLine(name: name, time: SystemTime()) { _ in } }

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
