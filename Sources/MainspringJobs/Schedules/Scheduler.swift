import Logging
import MainspringCore
import MainspringStore

/// Fires the schedules: waits for the next instant, then enqueues its job under the occurrence's own key.
struct Scheduler: Sendable {
    private struct Firing {
        let schedule: JobSchedule
        let instant: Timestamp
        let at: Timestamp
    }

    let schedules: [JobSchedule]
    let time: any TimeSource
    let sink: any EventSink
    let logger: Logger
    let enqueue: @Sendable ([JobRequest]) async throws -> [InsertResult]

    /// So that a jump of the wall clock is seen.
    private static let longestSleep: Duration = .seconds(60)

    /// Until its task is cancelled. Instants that passed while no node ran are not made up for.
    @concurrent func run() async {
        var firings = schedules.map { firing(of: $0, after: time.now()) }
        while let next = firings.min(by: { $0.at < $1.at }) {
            let wait = next.at - time.now()
            if wait > .zero {
                guard (try? await time.sleep(for: min(wait, Self.longestSleep))) != nil else { return }
                continue
            }
            let now = time.now()
            let due = firings.filter { $0.at <= now }
            for firing in due { await fire(firing) }
            firings = firings.map { $0.at <= now ? firing(of: $0.schedule, after: max($0.instant, now)) : $0 }
        }
    }

    private func firing(of schedule: JobSchedule, after time: Timestamp) -> Firing {
        let instant = schedule.instant(after: time)
        let jitter = Int64.random(in: 0...max(0, schedule.jitter.wholeMicroseconds))
        return Firing(schedule: schedule, instant: instant, at: instant + .microseconds(jitter))
    }

    private func fire(_ firing: Firing) async {
        let schedule = firing.schedule
        let request = JobRequest(
            kind: schedule.kind, arguments: schedule.arguments,
            occurrence: ScheduleOccurrence(
                schedule: schedule.name, instant: firing.instant, skipsOverlap: schedule.skipsOverlap))
        do {
            let result = try await enqueue([request]).first
            let isSkipped: Bool
            switch result {
            case .alreadyFired: return
            case .inserted: isSkipped = false
            default:
                isSkipped = true
                logger.notice(
                    "A schedule made no job", metadata: ["schedule": "\(schedule.name)", "reason": "\(reason(result))"])
            }
            sink.emit(.job(.scheduleFired(schedule: schedule.name, lateness: time.now() - firing.at, skipped: isSkipped)))
        } catch {
            logger.error(
                "A schedule could not enqueue its job", metadata: ["schedule": "\(schedule.name)", "error": "\(error)"])
            sink.emit(.job(.scheduleFired(schedule: schedule.name, lateness: time.now() - firing.at, skipped: true)))
        }
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
