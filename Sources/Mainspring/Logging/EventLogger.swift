import Logging
import MainspringCore

/// Writes events to the log: lifecycle at info, what needs a look at notice or above, each job's start and success at debug.
struct EventLogger: EventSink {
    let logger: Logger

    func emit(_ event: MainspringEvent) {
        switch event {
        case .job(let event): log(event)
        case .store(let event): log(event)
        // The supervisor logs its services and loops itself.
        case .service, .loop: break
        }
    }

    private func log(_ event: StoreEvent) {
        switch event {
        case .spooling(let reason):
            logger.warning(
                "The store is away: new jobs and the ends of attempts go to the spool",
                metadata: ["failover.reason": "\(reason)"])
        case .draining(let jobs, let ends):
            logger.info(
                "The store is back, and gets what was spooled",
                metadata: ["spool.jobs": "\(jobs)", "spool.ends": "\(ends)"])
        case .returned(let after):
            logger.info("The store takes everything again", metadata: ["failover.took": "\(after.forPeople)"])
        case .lostData:
            logger.critical(
                "The store lost its data: it is empty, or another one; only what this node wrote in its last seconds, and what is spooled, is sent again"
            )
        case .stuck(let error):
            logger.error("The spool does not get on", metadata: ["error": "\(error)"])
        }
    }

    private func log(_ event: JobEvent) {
        switch event {
        case .enqueued(let id, let kind, let queue): logger.debug("Job enqueued", metadata: job(id, kind, queue))
        case .duplicate(let kind): logger.debug("Duplicate job not enqueued", metadata: ["job.kind": "\(kind)"])
        case .started(let id, let kind, let queue, let attempt, let waited):
            logger.debug(
                "Job started",
                metadata: job(id, kind, queue) {
                    $0["job.attempt"] = "\(attempt)"
                    $0["job.waited"] = "\(waited.forPeople)"
                })
        case .settled(let settlement, let ran): log(settlement, ran: ran)
        case .staleWrite(let id):
            logger.warning(
                "A write of an attempt that lost its job was refused", metadata: ["job.id": "\(id)"])
        case .replaced(let id, let kind, let queue):
            logger.debug("Waiting job took over a newer one's content", metadata: job(id, kind, queue))
        case .rescued(let id, let kind, let queue, let state):
            let fields = job(id, kind, queue) { $0["job.state"] = "\(state.rawValue)" }
            if state == .discarded {
                logger.error("Job discarded: too many of its owners died while they ran it", metadata: fields)
            } else {
                logger.notice("Job taken back from a dead owner", metadata: fields)
            }
        case .abandoned(let id, let kind, let queue):
            logger.error(
                "Job was told to end and does not; it was settled without it, and keeps its worker until it ends",
                metadata: job(id, kind, queue))
        case .zombieEnded(let id, let kind, let queue):
            logger.notice("Job that was settled without it has ended", metadata: job(id, kind, queue))
        case .parked(let count):
            logger.warning("Jobs set aside that no live node can run", metadata: ["jobs.count": "\(count)"])
        case .released(let count):
            logger.notice("Jobs that were set aside can run again", metadata: ["jobs.count": "\(count)"])
        case .nodeJoined(let name): logger.info("Another node came", metadata: ["node": "\(name)"])
        case .nodeLeft(let name, let died):
            if died {
                logger.warning("Another node died", metadata: ["node": "\(name)"])
            } else {
                logger.info("Another node left", metadata: ["node": "\(name)"])
            }
        case .leads(let term):
            logger.info("This node promotes, fires and reclaims", metadata: ["term": "\(term.number)"])
        case .leadsNoMore: logger.info("This node leads no more")
        case .cancelled(let id, let kind, let queue): logger.info("Job cancelled", metadata: job(id, kind, queue))
        case .cancelRequested(let id): logger.info("Running job asked to stop", metadata: ["job.id": "\(id)"])
        case .retried(let id, let kind, let queue):
            logger.info("Job made available again", metadata: job(id, kind, queue))
        case .scheduleFired(let schedule, let lateness, let skipped):
            logger.debug(
                skipped ? "Schedule skipped" : "Schedule fired",
                metadata: ["schedule": "\(schedule)", "schedule.lateness": "\(lateness.forPeople)"])
        case .queuePaused(let queue): logger.notice("Queue paused", metadata: ["queue": "\(queue)"])
        case .queueResumed(let queue): logger.notice("Queue resumed", metadata: ["queue": "\(queue)"])
        }
    }

    private func log(_ settlement: Settlement, ran: Duration) {
        let details = job(settlement.id, settlement.kind, settlement.queue) { fields in
            fields["job.attempt"] = "\(settlement.attempt.number)"
            fields["job.outcome"] = "\(settlement.attempt.outcome?.rawValue ?? "")"
            fields["job.ran"] = "\(ran.forPeople)"
            if let error = settlement.attempt.error { fields["error"] = "\(error.message)" }
        }
        switch settlement.nextState {
        case .completed: logger.debug("Job completed", metadata: details)
        case .retryable: logger.notice("Job failed and will be retried", metadata: details)
        case .discarded: logger.error("Job discarded", metadata: details)
        case .available: logger.notice("Job handed back", metadata: details)
        default: logger.info("Job \(settlement.nextState.rawValue)", metadata: details)
        }
    }

    private func job(
        _ id: JobID, _ kind: String, _ queue: String, _ more: (inout Logger.Metadata) -> Void = { _ in }
    ) -> Logger.Metadata {
        var fields: Logger.Metadata = ["job.id": "\(id)", "job.kind": "\(kind)", "queue": "\(queue)"]
        more(&fields)
        return fields
    }
}
