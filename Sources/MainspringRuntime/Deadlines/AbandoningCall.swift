import MainspringCore
import Synchronization

/// One operation and the caller that may leave without it; the shell around `AbandoningMachine`.
final class AbandoningCall<Value: Sendable>: Sendable {
    private struct Holdings {
        var task: Task<Void, Never>?
        var timer: (any ScheduledAction)?
        /// How many timers were asked for: only the last may be kept.
        var armed = 0
        var result: Result<Value, any Error>?
        var zombie: Int?
    }

    private let pump: ActionPump<AbandoningMachine, AbandoningMachine.Action>
    private let holdings = Mutex(Holdings())
    private let answer = OneShot<Value>()
    private let name: String
    private let site: String
    private let limit: Duration
    private let patience: Duration
    private let zombies: ZombieRegister
    private let time: any TimeSource

    init(
        name: String, site: String, limit: Duration, patience: Duration, zombies: ZombieRegister, time: any TimeSource
    ) {
        pump = ActionPump(AbandoningMachine(hasPatience: patience > .zero))
        self.name = name
        self.site = site
        self.limit = limit
        self.patience = patience
        self.zombies = zombies
        self.time = time
    }

    func value(
        isolation: isolated (any Actor)? = #isolation,
        of operation: @escaping @Sendable @concurrent () async throws -> Value
    ) async throws -> Value {
        let task = Task(name: name) { await self.run(operation) }
        holdings.withLock { holdings in
            if holdings.result == nil { holdings.task = task }
        }
        arm(after: limit, .deadline)
        return try await withTaskCancellationHandler {
            try await answer.value()
        } onCancel: {
            feed(.cancelled)
        }
    }

    @concurrent
    private func run(_ operation: @Sendable @concurrent () async throws -> Value) async {
        let result: Result<Value, any Error>
        do { result = .success(try await operation()) } catch { result = .failure(error) }
        let timer = holdings.withLock { holdings in
            holdings.result = result
            holdings.task = nil
            defer { holdings.timer = nil }
            return holdings.timer
        }
        timer?.cancel()
        if case .success = result { feed(.finished(hasValue: true)) } else { feed(.finished(hasValue: false)) }
    }

    /// Meanwhile the operation may end, or the timer fire and another take its place: then it is not kept.
    private func arm(after delay: Duration, _ input: AbandoningMachine.Input) {
        let number = holdings.withLock { holdings in
            holdings.armed += 1
            return holdings.armed
        }
        let timer = time.schedule(after: delay) { self.feed(input) }
        let unneeded: (any ScheduledAction)? = holdings.withLock { holdings in
            guard holdings.result == nil, holdings.armed == number else { return timer }
            defer { holdings.timer = timer }
            return holdings.timer
        }
        unneeded?.cancel()
    }

    private func feed(_ input: AbandoningMachine.Input) {
        pump.feed {
            $0.handle(input)
        } perform: {
            perform($0)
        }
    }

    private func perform(_ action: AbandoningMachine.Action) {
        switch action {
        case .cancelOperation:
            guard let task = holdings.withLock({ $0.task }) else { return }
            AbandonableLane.cancelling.run { task.cancel() }
        case .waitPatiently: arm(after: patience, .patienceOver)
        case .answer:
            if let result = holdings.withLock({ $0.result }) { answer.resolve(result) }
        case .giveUp(.cancelled): answer.resolve(.failure(CancellationError()))
        case .giveUp(.deadline):
            var cause: (any Error)?
            if case .failure(let error) = holdings.withLock({ $0.result }) { cause = error }
            answer.resolve(.failure(MainspringError.timedOut(name, limit: limit, cause: cause)))
        case .register:
            let number = zombies.add(ZombieRegister.Zombie(name: name, site: site, since: time.now()))
            holdings.withLock { holdings in
                holdings.zombie = number
                holdings.armed += 1
                // The deadline's timer, when a cancellation came first.
                defer { holdings.timer = nil }
                return holdings.timer
            }?.cancel()
        case .unregister:
            if let number = holdings.withLock({ $0.zombie }) { zombies.remove(number) }
        }
    }
}
