import Glibc
import MainspringCore
import Synchronization
import Tracing

/// Turns that are runs of a command; an exit other than 0 is a failure.
///
/// What it writes goes to the log of its loop; where turns overlap, their lines may mix.
struct CommandTurns: TurnRunner {
    let command: CommandSpec
    let spawner: any ProcessSpawner
    let logs: ServiceLogs
    let tracer: (any Tracer)?
    let executor: any TaskExecutor

    /// From KILL to the end of the group.
    var margin: Duration { .seconds(1) }

    func begin(_ context: LoopContext, ended: @escaping @Sendable (TurnEnd) -> Void) -> any RunningTurn {
        let running = Running()
        Task.detached(
            name: "mainspring.loop.\(context.name)#\(context.turn)", executorPreference: executor
        ) {
            do {
                try await Spans.run("loop.turn", context.spanAttributes, tracer: tracer) {
                    try await run(running, log: logs.log(of: context.name))
                }
                ended(.success)
            } catch let end as TurnEnd {
                ended(end)
            } catch {
                ended(.failure(error.sentence))
            }
        }
        return running
    }

    private func run(_ running: Running, log: ServiceLog?) async throws {
        guard let child = try running.start({ try spawner.spawn(command) { log?.append($1, from: $0) } }) else {
            throw TurnEnd.failure("cancelled before it began")
        }
        let status = await child.waitUntilGone()
        log?.endOfProcess()
        running.finish()
        if child.wasKilled { throw TurnEnd.killed("\(status)") }
        guard status.isSuccess else { throw TurnEnd.failure("\(status)") }
    }

    /// A process that may not have begun when it is cancelled.
    private final class Running: RunningTurn {
        private struct State {
            var child: (any ChildProcess)?
            var order: (signal: Int32, grace: Duration)?
        }

        private let state = Mutex(State())

        var pid: Int32? { state.withLock { $0.child?.pid } }

        func cancel(signal: Int32, grace: Duration) {
            let child = state.withLock { state in
                state.order = (signal, grace)
                return state.child
            }
            child?.terminate(signal: signal, grace: grace)
        }

        /// Nil when it was cancelled first.
        func start(_ spawn: () throws -> any ChildProcess) throws -> (any ChildProcess)? {
            guard state.withLock({ $0.order == nil }) else { return nil }
            let child = try spawn()
            let order = state.withLock { state in
                state.child = child
                return state.order
            }
            if let order { child.terminate(signal: order.signal, grace: order.grace) }
            return child
        }

        func finish() { state.withLock { $0.child = nil } }
    }
}

extension TurnEnd: Error {}
