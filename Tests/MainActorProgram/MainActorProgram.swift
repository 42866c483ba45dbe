public import Mainspring
import Synchronization

/// Declares two children that compute side by side or not at all; each tells whether it met the other.
public func declareServices(_ app: MainspringApplication, met: @escaping @Sendable (Bool) -> Void) {
    let meeting = Meeting()
    for name in ["first", "second"] {
        app.service(name, restart: .never) { _ in met(meeting.attend()) }
    }
}

public func declareLoops(_ app: MainspringApplication, met: @escaping @Sendable (Bool) -> Void) {
    let meeting = Meeting()
    for name in ["third", "fourth"] {
        app.loop(name, every: .seconds(3600)) { _ in met(meeting.attend()) }
    }
}

/// Two jobs that compute side by side or not at all: enqueue ``Meet`` twice.
public func declareJobs(_ app: MainspringApplication, met: @escaping @Sendable (Bool) -> Void) {
    let encounter = Encounter(meeting: Meeting(), met: met)
    app.provide(Encounter.self) { encounter }
    app.job(Meet.self)
}

public struct Meet: Job {
    public static let kind = "meet"

    public init() {}

    public func run(_ context: JobContext) async throws {
        let encounter = try context[Encounter.self]
        encounter.met(encounter.meeting.attend())
    }
}

nonisolated private struct Encounter: Sendable {
    let meeting: Meeting
    let met: @Sendable (Bool) -> Void
}

/// Both wait without letting go of their thread: they come through only when they have one each.
nonisolated private final class Meeting: Sendable {
    private let arrived = Atomic(0)

    func attend() -> Bool {
        arrived.add(1, ordering: .sequentiallyConsistent)
        let time = SystemTime()
        let deadline = time.monotonic() + .seconds(30)
        while arrived.load(ordering: .sequentiallyConsistent) < 2 {
            if time.monotonic() > deadline { return false }
        }
        return true
    }
}
