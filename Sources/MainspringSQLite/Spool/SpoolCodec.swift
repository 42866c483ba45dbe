import MainspringCore
import MainspringStore

/// An entry as the spool's file keeps it. A later version reads all that an earlier one wrote: new fields come with a new form.
enum SpoolCodec {
    private static let form: Int64 = 1

    static func bytes(of entry: SpoolEntry) -> [UInt8] {
        var writer = SpoolWriter()
        writer.put(form)
        switch entry {
        case .jobs(let jobs, let mayBeThere):
            writer.put(mayBeThere)
            writer.put(jobs) { $0.put($1) }
        case .end(let settlement): writer.put(settlement)
        case .note(.started(let id, let node, let at)):
            writer.put(0)
            writer.put(id.rawValue)
            writer.put(node)
            writer.put(at)
        case .note(.ended(let settlement)):
            writer.put(1)
            writer.put(settlement)
        case .note(.cancelled(let id, let at)):
            writer.put(2)
            writer.put(id.rawValue)
            writer.put(at)
        }
        return writer.bytes
    }

    static func entry(of kind: SpoolEntry.Kind, _ bytes: [UInt8]) throws -> SpoolEntry {
        var reader = SpoolReader(bytes)
        guard try reader.int64() == form else {
            throw MainspringError(
                .storeNewer, "the spool was written by a later version of Mainspring",
                hint: "Run that version once more, until its spool is empty.")
        }
        let entry = try entry(of: kind, &reader)
        guard reader.isAtEnd else { throw SpoolReader.damaged }
        return entry
    }

    private static func entry(of kind: SpoolEntry.Kind, _ reader: inout SpoolReader) throws -> SpoolEntry {
        switch kind {
        case .jobs:
            let mayBeThere = try reader.bool()
            return .jobs(try reader.list { try $0.newJob() }, mayBeThere: mayBeThere)
        case .ends: return .end(try reader.settlement())
        case .notes:
            switch try reader.int64() {
            case 0: return .note(.started(try reader.id(), node: try reader.string(), at: try reader.time()))
            case 1: return .note(.ended(try reader.settlement()))
            case 2: return .note(.cancelled(try reader.id(), at: try reader.time()))
            default: throw SpoolReader.damaged
            }
        }
    }
}

extension SpoolWriter {
    mutating func put(_ new: NewJob) {
        put(new.record)
        put(new.occurrence) {
            $0.put($1.schedule)
            $0.put($1.instant)
            $0.put($1.skipsOverlap)
            $0.put($1.term) { $0.put($1.number) }
        }
        put(new.queueLimit) { $0.put($1) }
        put(new.parent) {
            $0.put($1.id.rawValue)
            $0.put($1.token.rawValue)
        }
    }

    mutating func put(_ job: JobRecord) {
        put(job.id.rawValue)
        put(job.kind)
        put(job.version)
        put(job.queue)
        put(job.state.code)
        put(job.priority.code)
        put(job.arguments)
        for count in [job.attempt, job.maxAttempts, job.snoozes, job.rescues, job.maxRescues] { put(count) }
        put(job.createdAt)
        put(job.scheduledAt)
        for time in [job.startedAt, job.finishedAt, job.cancelRequestedAt, job.deadline, job.heartbeatAt] {
            put(time) { $0.put($1) }
        }
        for text in [job.node, job.result, job.schedule, job.parent?.rawValue, job.parked] { put(text) { $0.put($1) } }
        put(job.error) { $0.put($1) }
        put(job.tags) { $0.put($1) }
        put(job.metadata.sorted { $0.key < $1.key }) {
            $0.put($1.key)
            $0.put($1.value)
        }
        put(job.unique) {
            $0.put($1.key)
            $0.put(JobState.mask(of: $1.states))
            $0.put($1.until) { $0.put($1) }
            $0.put($1.onConflict.code)
        }
        put(job.progress) {
            $0.put($1.fraction) { $0.put($1) }
            $0.put($1.message) { $0.put($1) }
        }
    }

    mutating func put(_ failure: JobFailure) {
        put(failure.code)
        put(failure.message)
        put(failure.detail) { $0.put($1) }
    }

    mutating func put(_ settlement: Settlement) {
        put(settlement.id.rawValue)
        put(settlement.token.rawValue)
        put(settlement.kind)
        put(settlement.queue)
        put(settlement.attempt.number)
        put(settlement.attempt.node)
        put(settlement.attempt.startedAt)
        put(settlement.attempt.finishedAt) { $0.put($1) }
        put(settlement.attempt.outcome) { $0.put($1.code) }
        put(settlement.attempt.error) { $0.put($1) }
        put(settlement.nextState.code)
        put(settlement.availableAt)
        put(settlement.priority.code)
        put(settlement.usesAttempt)
        put(settlement.isSnooze)
        put(settlement.result) { $0.put($1) }
        put(settlement.output.standardOutput)
        put(settlement.output.standardError)
        put(settlement.output.droppedBytes)
    }
}

extension SpoolReader {
    mutating func newJob() throws -> NewJob {
        NewJob(
            record: try job(),
            occurrence: try optional {
                ScheduleOccurrence(
                    schedule: try $0.string(), instant: try $0.time(), skipsOverlap: try $0.bool(),
                    term: try $0.optional { Term(number: try $0.int64()) })
            },
            queueLimit: try optional { try $0.int() },
            parent: try optional {
                ParentAttempt(id: try $0.id(), token: AttemptToken(rawValue: try $0.string()))
            })
    }

    mutating func job() throws -> JobRecord {
        let (id, kind, version, queue) = (try id(), try string(), try int(), try string())
        let state = try coded(JobState.init(code:))
        let priority = try coded(JobPriority.init(code:))
        var job = JobRecord(
            id: id, kind: kind, queue: queue, state: state, priority: priority, arguments: try string(),
            version: version, attempt: try int(), maxAttempts: try int(), snoozes: try int(), rescues: try int(),
            maxRescues: try int(), createdAt: try time(), scheduledAt: try time())
        job.startedAt = try optional { try $0.time() }
        job.finishedAt = try optional { try $0.time() }
        job.cancelRequestedAt = try optional { try $0.time() }
        job.deadline = try optional { try $0.time() }
        job.heartbeatAt = try optional { try $0.time() }
        job.node = try optional { try $0.string() }
        job.result = try optional { try $0.string() }
        job.schedule = try optional { try $0.string() }
        job.parent = try optional { try $0.id() }
        job.parked = try optional { try $0.string() }
        job.error = try optional { try $0.failure() }
        job.tags = try list { try $0.string() }
        job.metadata = Dictionary(try list { (try $0.string(), try $0.string()) }) { $1 }
        job.unique = try optional {
            UniqueHold(
                key: try $0.string(), states: JobState.states(in: try $0.int64()),
                until: try $0.optional { try $0.time() },
                onConflict: try $0.coded(UniqueConflict.init(code:)))
        }
        job.progress = try optional {
            JobProgress(fraction: try $0.optional { try $0.double() }, message: try $0.optional { try $0.string() })
        }
        return job
    }

    mutating func failure() throws -> JobFailure {
        JobFailure(code: try string(), message: try string(), detail: try optional { try $0.string() })
    }

    mutating func settlement() throws -> Settlement {
        // Arguments are read from left to right, as they were written.
        Settlement(
            id: try id(), token: AttemptToken(rawValue: try string()), kind: try string(), queue: try string(),
            attempt: AttemptRecord(
                number: try int(), node: try string(), startedAt: try time(),
                finishedAt: try optional { try $0.time() },
                outcome: try optional { try $0.coded(JobOutcome.Name.init(code:)) },
                error: try optional { try $0.failure() }),
            nextState: try coded(JobState.init(code:)), availableAt: try time(),
            priority: try coded(JobPriority.init(code:)), usesAttempt: try bool(), isSnooze: try bool(),
            result: try optional { try $0.string() },
            output: AttemptOutput(standardOutput: try array(), standardError: try array(), droppedBytes: try int()))
    }
}
