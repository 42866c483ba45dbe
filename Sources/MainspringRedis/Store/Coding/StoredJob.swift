import MainspringCore
import NIOCore

/// A job as the server keeps it: two values, `job` with what changes and `body` with what only this code reads.
struct StoredJob {
    var job: [UInt8]
    var body: [UInt8]

    /// `last`: the newest row of its history.
    init(_ record: JobRecord, last: [UInt8] = []) throws {
        var job = FieldWriter(reserving: 192)
        job.short(record.state.digit)
        job.short(record.startedAt)
        job.short("")
        job.short("")
        job.short(Self.life(record))
        job.short(record.unique?.stored ?? "")
        job.short(record.id.rawValue)
        job.short(record.queue)
        job.short("\(record.version)@\(record.kind)")
        job.short("\(record.rescues) \(record.maxAttempts) \(record.maxRescues)")
        job.short(record.deadline)
        job.short(record.schedule.map { "s:\($0)" } ?? "")
        job.short("")
        job.short(record.cancelRequestedAt)
        job.short("")
        job.short(record.priority.digit)
        job.short(record.scheduledAt)
        job.short(Int64(record.attempt))
        job.short(Int64(record.snoozes))
        job.short(record.finishedAt)
        job.long(record.error?.stored ?? [])
        job.long(Self.result(record.result))
        job.long(last)
        self.job = try job.packed()

        var fixed = FieldWriter(reserving: 32)
        fixed.short(record.createdAt)
        fixed.short(record.parent?.rawValue ?? "")
        var content = FieldWriter()
        content.short(Int64(record.tags.count))
        for tag in record.tags { content.long(tag) }
        for (key, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
            content.long(key)
            content.long(value)
        }
        var body = FieldWriter(reserving: 64 + record.arguments.utf8.count + content.bytes.count)
        body.long(try fixed.packed())
        body.long(record.arguments)
        body.long(try content.packed())
        self.body = try body.packed()
    }

    static func result(_ result: String?) -> [UInt8] { result.map { [UInt8(ascii: "1")] + Array($0.utf8) } ?? [] }

    private static func life(_ record: JobRecord) -> [UInt8] {
        guard record.heartbeatAt != nil || record.progress != nil else { return [] }
        let heartbeat = record.heartbeatAt.map { String($0.microseconds) } ?? ""
        return Array(heartbeat.utf8) + [UInt8(ascii: " ")] + (record.progress?.stored ?? [])
    }
}

/// A job as it was read, with what is not in its record.
struct ReadJob {
    var record: JobRecord
    /// Of the attempt that runs.
    var token: String
    /// The newest row of its history.
    var last: [UInt8]

    init(job: RedisValue, body: RedisValue) throws {
        guard let job = job.buffer, let body = body.buffer else { throw StoreDamage.error("a job is not whole") }
        self = try job.withUnsafeReadableBytes { job in
            try body.withUnsafeReadableBytes { try ReadJob(job: job, body: $0) }
        }
    }

    private init(job: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) throws {
        var job = FieldReader(job)
        var body = FieldReader(body)
        var fixed = FieldReader(try body.long())
        let arguments = try body.longText()
        var content = FieldReader(try body.long())

        guard let state = JobState(digit: try job.short().first) else { throw StoreDamage.error("a job has no state") }
        let startedAt = try job.shortTime()
        let owner = try job.short()
        token = try job.shortText()
        let life = try job.short()
        let unique = try job.short()
        guard let id = JobID(rawValue: try job.shortText()) else { throw StoreDamage.error("a job has no id") }
        let queue = try job.shortText()
        let kind = try KindVersion(try job.short())
        let limits = try job.short().split(separator: UInt8(ascii: " ")).map {
            Int(try FieldReader.number(UnsafeRawBufferPointer(rebasing: $0)))
        }
        let deadline = try job.shortTime()
        let schedule = try job.shortText()
        let parked = try job.shortText()
        let cancelRequestedAt = try job.shortTime()
        _ = try job.short()
        guard let priority = JobPriority(digit: try job.short().first), let scheduledAt = try job.shortTime(),
            limits.count == 3, let createdAt = try fixed.shortTime()
        else { throw StoreDamage.error("a job is not whole") }
        record = JobRecord(
            id: id, kind: kind.kind, queue: queue, state: state, priority: priority, arguments: arguments,
            version: kind.version, maxAttempts: limits[1], rescues: limits[0], maxRescues: limits[2],
            createdAt: createdAt, scheduledAt: scheduledAt, startedAt: startedAt, cancelRequestedAt: cancelRequestedAt,
            schedule: schedule.isEmpty ? nil : String(schedule.dropFirst(2)), deadline: deadline)
        record.attempt = Int(try job.shortNumber())
        record.snoozes = Int(try job.shortNumber())
        record.finishedAt = try job.shortTime()
        record.error = try JobFailure(stored: try job.long())
        let result = try job.long()
        if !result.isEmpty { record.result = String(decoding: result.dropFirst(), as: UTF8.self) }
        last = Array(try job.long())

        if !owner.isEmpty { record.node = try NodeIdentity(stored: owner).name }
        if !unique.isEmpty { record.unique = try UniqueHold(stored: unique) }
        if !parked.isEmpty { record.parked = try kind.parkReason(parked) }
        try record.readLife(life)
        let parent = try fixed.shortText()
        if !parent.isEmpty { record.parent = JobID(rawValue: parent) }
        for _ in 0..<(try content.shortNumber()) { record.tags.append(try content.longText()) }
        while !content.isAtEnd { record.metadata[try content.longText()] = try content.longText() }
    }
}

extension JobRecord {
    fileprivate mutating func readLife(_ life: UnsafeRawBufferPointer) throws {
        guard let space = life.firstIndex(of: UInt8(ascii: " ")) else { return }
        let heartbeat = UnsafeRawBufferPointer(rebasing: life[..<space])
        if !heartbeat.isEmpty { heartbeatAt = Timestamp(microseconds: try FieldReader.number(heartbeat)) }
        let told = UnsafeRawBufferPointer(rebasing: life[(space + 1)...])
        if !told.isEmpty { progress = try JobProgress(stored: told) }
    }
}

/// `VERSION@KIND`.
struct KindVersion {
    var version: Int
    var kind: String

    init(_ stored: UnsafeRawBufferPointer) throws {
        guard let at = stored.firstIndex(of: UInt8(ascii: "@")) else { throw StoreDamage.error("a job has no kind") }
        version = Int(try FieldReader.number(UnsafeRawBufferPointer(rebasing: stored[..<at])))
        kind = String(decoding: stored[(at + 1)...], as: UTF8.self)
    }

    /// `k`: no node knows the kind; `vNUMBER`: the newest version that one knows.
    func parkReason(_ stored: String) throws -> String? {
        guard stored.hasPrefix("v"), let newest = Int(stored.dropFirst()) else {
            return KnownKinds(of: []).parkReason(kind: kind, version: version)
        }
        let knower = NodeRecord(
            identity: NodeIdentity(name: "", incarnation: ""), startedAt: Timestamp(microseconds: 0),
            seenAt: Timestamp(microseconds: 0), kinds: [kind: newest])
        return KnownKinds(of: [knower]).parkReason(kind: kind, version: version)
    }
}
