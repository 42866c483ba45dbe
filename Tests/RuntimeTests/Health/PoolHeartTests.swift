import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("The heart on its thread")
struct PoolHeartTests {
    @Test("every part of the pool answers, and is asked again", .timeLimit(.minutes(1))) func poolAnswers() async {
        let counts = Counts()
        // A busy pool may owe its answer of low priority for longer than a node's would.
        let policy = HeartPolicy(interval: .milliseconds(5), wedged: .seconds(600))
        let heart = PoolHeart(policy: policy, time: SystemTime(), changed: ignored) { part, answer in
            Task.detached(priority: part.priority) {
                #expect(Task.currentPriority == part.priority)
                answer()
                counts.add(part)
            }
        }
        await counts.enough.wait()
        #expect(heart.liveness().state != .wedged)
    }

    @Test("a change is told once, from busy over wedged to working", .timeLimit(.minutes(1))) func changes() async {
        let owed = Mutex<[@Sendable () -> Void]>([])
        let told = Mutex<[LivenessReport.State]>([])
        let wedged = Signal()
        let working = Signal()
        // Every beat counts, however late: the machine that runs the tests may be slow.
        let policy = HeartPolicy(
            interval: .milliseconds(5), warn: .milliseconds(20), wedged: .milliseconds(100), tolerance: .seconds(60))
        let heart = PoolHeart(policy: policy, time: SystemTime()) { report, before in
            #expect(before == told.withLock { $0.last } ?? .working)
            told.withLock { $0.append(report.state) }
            if report.state == .wedged { wedged.notify() }
            if report.state == .working { working.notify() }
        } ask: { part, answer in
            if part == .medium, !wedged.isReached { owed.withLock { $0.append(answer) } } else { answer() }
        }
        await wedged.wait()
        #expect(heart.liveness().state == .wedged)
        #expect(owed.withLock { $0.count } == 1)
        for answer in owed.withLock({ $0 }) { answer() }
        await working.wait()
        #expect(told.withLock { $0 }.suffix(2) == [.wedged, .working])
        #expect(Set(told.withLock { $0 }.dropLast()).count == told.withLock { $0 }.count - 1)
    }

    @Test("a heart that is let go stops its thread", .timeLimit(.minutes(1))) func letGo() async {
        let gone = Signal()
        let watch = Watch(gone)
        var heart: PoolHeart? = PoolHeart(policy: HeartPolicy(), time: SystemTime(), changed: ignored) {
            _, answer in
            watch.touch()
            answer()
        }
        #expect(heart?.liveness().state == .working)
        heart = nil
        _ = consume watch
        await gone.wait()
    }
}

private let ignored = { @Sendable (_: LivenessReport, _: LivenessReport.State) in }

/// How often each part of the pool was asked.
private final class Counts: Sendable {
    let enough = Signal()
    private let counts = Mutex<[PoolPart: Int]>([:])

    func add(_ part: PoolPart) {
        let isEnough = counts.withLock { counts in
            counts[part, default: 0] += 1
            return PoolPart.allCases.allSatisfy { counts[$0, default: 0] >= 3 }
        }
        if isEnough { enough.notify() }
    }
}

/// Tells when nobody holds it any more.
private final class Watch: Sendable {
    private let gone: Signal
    init(_ gone: Signal) { self.gone = gone }
    deinit { gone.notify() }
    func touch() {}
}
