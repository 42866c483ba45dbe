import MainspringCore
import Tracing

/// Turns that are calls of a Swift closure, on the threads of the concurrency pool.
struct ClosureTurns: TurnRunner {
    let body: LoopSource.Body
    let tracer: (any Tracer)?
    /// Runs what may block: cancelling a task runs its cancellation handlers where it is called.
    let lane: @Sendable (@escaping @Sendable () -> Void) -> Void

    var margin: Duration { .zero }

    func begin(_ context: LoopContext, ended: @escaping @Sendable (TurnEnd) -> Void) -> any RunningTurn {
        // Detached: nothing of the turn before, which may have called this, is inherited.
        let task = Task.detached(name: "mainspring.loop.\(context.name)#\(context.turn)") { [body, tracer] in
            do {
                try await Spans.run("loop.turn", context.spanAttributes, tracer: tracer) { try await body(context) }
                ended(.success)
            } catch {
                ended(.failure(error.sentence))
            }
        }
        return Running(task: task, lane: lane)
    }

    private struct Running: RunningTurn {
        let task: Task<Void, Never>
        let lane: @Sendable (@escaping @Sendable () -> Void) -> Void

        var pid: Int32? { nil }

        func cancel(signal: Int32, grace: Duration) {
            guard !task.isCancelled else { return }
            lane { task.cancel() }
        }
    }
}

extension LoopContext {
    var spanAttributes: SpanAttributes { ["loop.name": .string(name), "loop.turn": .int64(Int64(turn))] }
}
