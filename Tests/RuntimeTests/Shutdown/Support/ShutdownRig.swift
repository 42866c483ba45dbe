import Logging
import MainspringCore
import MainspringTesting
import Synchronization

@testable import MainspringRuntime

/// A ladder over a scripted node and manual time, where all that follows from a step happens within the step.
struct ShutdownRig {
    let time = ManualTime()
    let node: ScriptedNode
    let announcer = RecordingAnnouncer()
    let result = Box<ShutdownResult>()
    let ladder: ShutdownLadder

    init(jobs: [String] = [], services: [String] = [], policy: ShutdownPolicy = ShutdownPolicy()) {
        node = ScriptedNode(jobs: jobs, services: services, time: time)
        ladder = ShutdownLadder(
            participant: node, policy: policy, time: time, announcer: announcer,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, exit: { [result] in result.set($0) },
            run: { [node] in node.run($0) }, executor: InlineExecutor())
        node.connect(ladder)
    }

    var code: Int32? { result.value?.exitCode }
    var killed: [String]? { result.value?.laggards.filter(\.wasKilled).map(\.path) }
    var abandoned: [String]? { result.value?.laggards.filter { !$0.wasKilled }.map(\.path) }
}

final class RecordingAnnouncer: Announcer {
    private let state = Mutex<[String]>([])
    var lines: [String] { state.withLock { $0 } }
    func announce(_ announcement: Announcement) { state.withLock { $0.append(announcement.line) } }
    func flush() {}
}

/// A node whose jobs and services end when the test says so.
final class ScriptedNode: ShutdownParticipant {
    private struct State {
        var jobs: [String]
        var services: [String]
        var calls: [String] = []
        var servicesCompletion: (@Sendable ([Laggard]) -> Void)?
        var releaseCompletion: (@Sendable ([Laggard]) -> Void)?
        var ladder: ShutdownLadder?
        var isMute = false
        var closes = true
        var releases = true
        var tally = ShutdownTally()
        var isQuiet = false
    }

    private let state: Mutex<State>
    private let time: ManualTime
    private let start: MonotonicInstant

    init(jobs: [String], services: [String], time: ManualTime) {
        self.time = time
        start = time.monotonic()
        state = Mutex(State(jobs: jobs, services: services))
    }

    var calls: [String] { state.withLock { $0.calls } }

    func connect(_ ladder: ShutdownLadder) { state.withLock { $0.ladder = ladder } }

    /// From now on no call is ever answered.
    func fallSilent() { state.withLock { $0.isMute = true } }

    func fail(_ reason: String) { state.withLock { $0.tally.failures.append(reason) } }

    func neverRelease() { state.withLock { $0.releases = false } }

    func released(late: [Laggard]) { state.withLock { $0.releaseCompletion }?(late) }

    func neverClose() { state.withLock { $0.closes = false } }

    func run(_ work: () -> Void) {
        // The exit is the ladder's own step, not the node's.
        if state.withLock({ !$0.isMute }) || state.withLock({ $0.ladder?.isDone == true }) { work() }
    }

    func end(_ job: String, handedBack: Bool = false) {
        let ladder: ShutdownLadder? = state.withLock { state in
            state.jobs.removeAll { $0 == job }
            if handedBack { state.tally.handedBack += 1 } else { state.tally.finished += 1 }
            return state.jobs.isEmpty && state.isQuiet ? state.ladder : nil
        }
        ladder?.jobsDrained()
    }

    func end(service: String) { state.withLock { $0.services.removeAll { $0 == service } } }

    func servicesGone(killed: [String] = []) {
        let time = time.monotonic() - start
        state.withLock { $0.servicesCompletion }?(killed.map { Laggard(path: $0, after: time, wasKilled: true) })
    }

    private func note(_ call: String) { state.withLock { $0.calls.append(call) } }

    func quiesce() {
        note("quiesce")
        let ladder = state.withLock { state in
            state.isQuiet = true
            return state.jobs.isEmpty ? state.ladder : nil
        }
        ladder?.jobsDrained()
    }

    func busyJobs() -> [String] { state.withLock { $0.jobs } }
    func runningServices() -> [String] { state.withLock { $0.services } }
    func cancelJobs() { note("cancel jobs") }
    func killJobs() -> [Laggard] {
        note("kill jobs")
        let ran = time.monotonic() - start
        return busyJobs().map { Laggard(path: $0, after: ran, wasKilled: true) }
    }
    func killServices() { note("kill services") }

    func stopServices(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        note("stop services \(budget.text)")
        let hasNone = state.withLock { state in
            state.servicesCompletion = completion
            return state.services.isEmpty
        }
        if hasNone { completion([]) }
    }

    func release(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        note("release \(budget.text)")
        let isQuick = state.withLock { state in
            state.releaseCompletion = completion
            return state.releases
        }
        if isQuick { completion([]) }
    }

    func close() async {
        note("close")
        guard state.withLock({ !$0.closes }) else { return }
        await withCheckedContinuation { continuation in forgotten.withLock { $0.append(continuation) } }
    }

    // Kept, so that the test's deliberately endless wait is not reported as a leak of its continuation.
    private let forgotten = Mutex<[CheckedContinuation<Void, Never>]>([])

    deinit { forgotten.withLock { for continuation in $0 { continuation.resume() } } }

    func tally() -> ShutdownTally { state.withLock { $0.tally } }
}
