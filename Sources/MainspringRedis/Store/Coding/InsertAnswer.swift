import MainspringCore
import MainspringStore

/// Reads the answer of the insert script, job by job.
struct InsertAnswer {
    private var codes: IndexingIterator<[UInt8]>
    private var brought: IndexingIterator<[RedisValue]>

    init(_ answer: RedisValue) throws {
        guard let parts = answer.array, parts.count == 2, let codes = parts[0].bytes, let brought = parts[1].array
        else {
            throw StoreDamage.error("an insert without an answer")
        }
        self.codes = codes.makeIterator()
        self.brought = brought.makeIterator()
    }

    mutating func next(for new: NewJob) throws -> InsertResult {
        switch codes.next() {
        case UInt8(ascii: "i"): return .inserted(new.record)
        case UInt8(ascii: "f"):
            var record = new.record
            record.unique = record.unique?.following
            record.state = .pending
            return .inserted(record)
        case UInt8(ascii: "d"): return .duplicate(try job())
        case UInt8(ascii: "r"): return .replaced(try job())
        case UInt8(ascii: "o"):
            guard let id = brought.next()?.text.flatMap(JobID.init(rawValue:)) else { break }
            return .overlapped(id)
        case UInt8(ascii: "q"): return .queueFull(limit: new.queueLimit ?? 0)
        case UInt8(ascii: "a"): return .alreadyFired
        case UInt8(ascii: "c"): return .idConflict
        case UInt8(ascii: "p"): return .staleParent
        case UInt8(ascii: "t"): return .staleTerm
        default: break
        }
        throw StoreDamage.error("an insert without an answer")
    }

    private mutating func job() throws -> JobRecord {
        guard let job = brought.next(), let body = brought.next() else { throw StoreDamage.error("a job is not whole") }
        return try ReadJob(job: job, body: body).record
    }
}
