import Logging
import MainspringCore
import MainspringStore

/// Fires the schedules: waits for the next instant, then enqueues its job under the occurrence's own key.
struct Scheduler: Sendable {
    private struct Firing {
        let schedule: JobSchedule
        let instant: Timestamp
        /// The instant and its jitter.
        let due: Timestamp
        /// Later than `due` after the store failed.
        var at: Timestamp
    }

    private enum Result {
        case fired, storeFailed, draining, notLeading
    }

    let schedules: [JobSchedule]
    let time: any TimeSource
    let sink: any EventSink
    let logger: Logger
    let ids: any IDSource
    let leadership: Leadership
    let enqueue: @Sendable ([JobRequest]) async throws -> [InsertResult]

    /// So that a jump of the wall clock is seen.
    private static let longestSleep: Duration = .seconds(60)
    private static let retryDelay: Duration = .seconds(1)
    /// How late a node that has just begun to lead still fires what the last leader may not have: longer than it takes to find
    /// out that a leader is gone.
    private static let takeover: Duration = .seconds(60)

    /// Until its task is cancelled or the node drains; while another node leads, that one fires. Instants that passed while no
    /// node ran are not made up for; one that the store did not take is tried again until the next is there.
    @concurrent func run() async {
        let signal = WakeSignal()
        leadership.onChange { _ in signal.notify() }
        var firings = schedules.map { firing(of: $0, after: time.now()) }
        while let next = firings.min(by: { $0.at < $1.at }) {
            guard leadership.term != nil else {
                await signal.wait()
                if Task.isCancelled { return }
                catchUp(&firings)
                continue
            }
            let wait = next.at - time.now()
            if wait > .zero {
                guard (try? await time.sleep(for: min(wait, Self.longestSleep))) != nil else { return }
                continue
            }
            let now = time.now()
            for index in firings.indices where firings[index].at <= now {
                let fired = firings[index]
                switch await fire(fired) {
                case .draining: return
                case .notLeading: break
                case .storeFailed where fired.schedule.instant(after: fired.instant) > now + Self.retryDelay:
                    firings[index].at = now + Self.retryDelay
                case .storeFailed:
                    tell(fired, isSkipped: true)
                    fallthrough
                case .fired: firings[index] = firing(of: fired.schedule, after: max(fired.instant, now))
                }
            }
        }
    }

    /// Of what fell due while another node led, the newest of each schedule; the store knows which of them it fired.
    private func catchUp(_ firings: inout [Firing]) {
        let oldest = time.now() - Self.takeover
        for index in firings.indices where firings[index].instant < oldest {
            firings[index] = firing(of: firings[index].schedule, after: oldest)
        }
    }

    private func firing(of schedule: JobSchedule, after time: Timestamp) -> Firing {
        let instant = schedule.instant(after: time)
        var random = SourcedRandom(ids)
        let jitter = Int64.random(in: 0...max(0, schedule.jitter.wholeMicroseconds), using: &random)
        let due = instant + .microseconds(jitter)
        return Firing(schedule: schedule, instant: instant, due: due, at: due)
    }

    private func fire(_ firing: Firing) async -> Result {
        guard let term = leadership.term else { return .notLeading }
        let schedule = firing.schedule
        let request = JobRequest(
            kind: schedule.kind, arguments: schedule.arguments,
            occurrence: ScheduleOccurrence(
                schedule: schedule.name, instant: firing.instant, skipsOverlap: schedule.skipsOverlap,
                term: term))
        do {
            let result = try await enqueue([request]).first
            let isSkipped: Bool
            switch result {
            case .alreadyFired: return .fired
            case .staleTerm:
                leadership.lost(term)
                return .notLeading
            case .inserted: isSkipped = false
            default:
                isSkipped = true
                logger.notice(
                    "A schedule made no job", metadata: ["schedule": "\(schedule.name)", "reason": "\(reason(result))"])
            }
            tell(firing, isSkipped: isSkipped)
            return .fired
        } catch let error as MainspringError where error.code == .draining {
            return .draining
        } catch {
            logger.error(
                "A schedule could not enqueue its job", metadata: ["schedule": "\(schedule.name)", "error": "\(error)"])
            if !(error is InvalidRequests) { return .storeFailed }
            tell(firing, isSkipped: true)
            return .fired
        }
    }

    private func tell(_ firing: Firing, isSkipped: Bool) {
        let lateness = max(.zero, time.now() - firing.due)
        sink.emit(.job(.scheduleFired(schedule: firing.schedule.name, lateness: lateness, skipped: isSkipped)))
    }

    private func reason(_ result: InsertResult?) -> String {
        switch result {
        case .overlapped(let id): "job \(id) of an earlier instant is unfinished"
        case .duplicate(let job): "a job with its unique key is there: \(job.id)"
        case .queueFull(let limit): "the queue holds \(limit) waiting jobs"
        default: "the store refused it"
        }
    }
}
