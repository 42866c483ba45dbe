import MainspringCore
import MainspringRuntime
import Synchronization

/// What the children do: they live for a while, then fail or return; how long and how is the seed's choice.
final class SoakBodies: Sendable {
    private struct State {
        var random: SplitMix
        var running: Set<String> = []
        var doubles: Set<String> = []
        var isCalm = false
    }

    private struct Broken: Error {}

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: SplitMix(seed: seed &+ 1))) }

    var running: [String] { state.withLock { $0.running.sorted() } }
    /// Those that ran twice at once.
    var doubles: [String] { state.withLock { $0.doubles.sorted() } }

    /// From here on nothing fails.
    func calm() { state.withLock { $0.isCalm = true } }

    @concurrent func run(_ context: ServiceContext) async throws {
        let choice = state.withLock { state in
            if !state.running.insert(context.name).inserted { state.doubles.insert(context.name) }
            return state.random.next()
        }
        defer { state.withLock { _ = $0.running.remove(context.name) } }
        // Some die at once; of the others some return, and the rest break.
        let life = Duration.milliseconds(choice % 8 == 0 ? 0 : Int(choice >> 8) % 600)
        if life > .zero { try await SystemTime().sleep(for: life) }
        if state.withLock({ $0.isCalm }) { return await context.untilStopping() }
        if choice % 5 > 0 { throw Broken() }
    }
}
