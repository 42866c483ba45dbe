public import MainspringCore
import MainspringStore

/// How long ended jobs are kept; a state that is not named is kept for ever.
public struct Retention: Sendable, Hashable {
    public var keep: [JobState: Duration]

    /// The defaults are a day for completed and cancelled jobs, and 30 days for discarded ones.
    public init(
        keep: [JobState: Duration] = [
            .completed: .seconds(86_400), .cancelled: .seconds(86_400), .discarded: .seconds(30 * 86_400),
        ]
    ) {
        self.keep = keep
    }
}

/// Takes back the jobs of dead owners and removes what has been kept long enough.
struct Upkeep: Sendable {
    let store: any JobStore
    let identity: NodeIdentity
    let retention: Retention
    let time: any TimeSource
    let sink: any EventSink
    let health: StoreHealth
    let onReclaimed: @Sendable (_ queue: String) -> Void

    private static let interval: Duration = .seconds(30)
    private static let batch = 500

    /// Until its task is cancelled. The first ``reclaim()`` is the caller's, before any claim.
    @concurrent func run() async {
        while (try? await time.sleep(for: Self.interval)) != nil {
            do {
                try await reclaim()
                try await prune()
                health.succeeded(doing: .upkeep)
            } catch {
                health.failed(error, doing: .upkeep)
            }
        }
    }

    func reclaim() async throws {
        while true {
            let jobs = try await store.reclaim(owner: identity, now: time.now(), limit: Self.batch)
            for job in jobs {
                sink.emit(.job(.rescued(id: job.id, kind: job.kind, queue: job.queue)))
                if job.state == .cancelled { sink.emit(.job(.cancelled(id: job.id, kind: job.kind, queue: job.queue))) }
                onReclaimed(job.queue)
            }
            if jobs.count < Self.batch { return }
        }
    }

    private func prune() async throws {
        let now = time.now()
        let before = retention.keep.mapValues { now - $0 }
        while try await store.prune(finishedBefore: before, limit: Self.batch) == Self.batch, !Task.isCancelled {}
    }
}
