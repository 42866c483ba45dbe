internal import CMainspringSpawn
import Dispatch
public import MainspringCore
import Synchronization

/// Reaps the orphans that the first process of a container inherits: processes that left their parents, and that nobody else
/// would ever wait for.
///
/// It leaves alone what somebody here may wait for: the node's own children, whatever shares the session of this process, as
/// a child of any library does, and what ended less than an interval ago.
public final class OrphanReaper: Sendable {
    /// At most this many are seen at a time; the others are seen later.
    private static let capacity = 4096

    private struct State {
        var sightings = OrphanSightings()
        var timer: (any ScheduledAction)?
    }

    private let ledger: ProcessLedger
    private let time: any TimeSource
    private let interval: Duration
    private let queue = DispatchQueue(label: "mainspring.orphans", qos: .utility)
    private let state = Mutex(State())

    /// Looks every `interval` (2 s by default), as long as the reaper is kept.
    public init(ledger: ProcessLedger, time: any TimeSource, interval: Duration = .seconds(2)) {
        self.ledger = ledger
        self.time = time
        self.interval = interval
        arm()
    }

    deinit { state.withLock { $0.timer }?.cancel() }

    private func arm() {
        let timer = time.schedule(after: interval) { [weak self] in
            // Reading about every process takes too long for the timers' thread.
            guard let self else { return }
            queue.async { self.look() }
        }
        state.withLock { $0.timer = timer }
    }

    private func look() {
        var pids = [Int32](repeating: 0, count: Self.capacity)
        let count = Int(mspr_orphans(&pids, Int32(pids.count)))
        let orphans = pids.prefix(count).filter { !ledger.contains($0) }
        for pid in state.withLock({ $0.sightings.take(orphans) }) { mspr_reap_now(pid) }
        arm()
    }
}

/// Which of the ended processes have been there for a while.
struct OrphanSightings: Sendable {
    private var seen: Set<Int32> = []

    /// Those that were there the last time too.
    mutating func take(_ ended: [Int32]) -> [Int32] {
        defer { seen = Set(ended) }
        return ended.filter(seen.contains)
    }
}
