/// What becomes of an operation whose caller may leave without it; pure.
struct AbandoningMachine: Sendable {
    enum Reason: Sendable, Hashable { case deadline, cancelled }

    enum Input: Sendable, Hashable {
        case finished(hasValue: Bool)
        case deadline, cancelled, patienceOver
    }

    enum Action: Sendable, Hashable {
        case cancelOperation, waitPatiently
        /// The caller gets what the operation returned or threw.
        case answer
        /// The caller gets an error of ours.
        case giveUp(Reason)
        case register, unregister
    }

    private enum State {
        case running
        case ending(Reason)
        case zombie, over
    }

    private let hasPatience: Bool
    private var state = State.running

    init(hasPatience: Bool) {
        self.hasPatience = hasPatience
    }

    mutating func handle(_ input: Input) -> [Action] {
        switch (state, input) {
        case (.running, .deadline): return end(.deadline)
        case (.running, .cancelled): return end(.cancelled)
        case (.running, .finished):
            state = .over
            return [.answer]
        // Late work that is done is not thrown away; and an error after our own cancellation tells less than its reason.
        case (.ending(let reason), .finished(let hasValue)):
            state = .over
            return [hasValue || reason == .cancelled ? .answer : .giveUp(reason)]
        case (.ending(let reason), .patienceOver):
            state = .zombie
            return [.register, .giveUp(reason)]
        case (.zombie, .finished):
            state = .over
            return [.unregister]
        default: return []
        }
    }

    private mutating func end(_ reason: Reason) -> [Action] {
        guard !hasPatience else {
            state = .ending(reason)
            return [.cancelOperation, .waitPatiently]
        }
        state = .zombie
        return [.cancelOperation, .register, .giveUp(reason)]
    }
}
