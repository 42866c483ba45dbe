import MainspringCore
import MainspringStore
import NIOCore

extension JobFailure {
    var stored: [UInt8] {
        var fields = FieldWriter(reserving: 64)
        fields.long(code)
        fields.long(message)
        if let detail { fields.long(detail) }
        return fields.bytes
    }

    /// Nil when nothing is stored.
    init?(stored: UnsafeRawBufferPointer) throws {
        guard !stored.isEmpty else { return nil }
        var fields = FieldReader(stored)
        self.init(
            code: try fields.longText(), message: try fields.longText(),
            detail: fields.isAtEnd ? nil : try fields.longText())
    }
}

extension JobProgress {
    var stored: [UInt8] {
        var fields = FieldWriter()
        fields.short(fraction.map { String($0.bitPattern) } ?? "")
        if let message { fields.short(message) }
        return fields.bytes
    }

    init(stored: UnsafeRawBufferPointer) throws {
        var fields = FieldReader(stored)
        let bits = UInt64(try fields.shortText())
        self.init(
            fraction: bits.map { Double(bitPattern: $0) }, message: fields.isAtEnd ? nil : try fields.shortText())
    }
}

extension AttemptOutput {
    /// Nothing when there is none.
    var stored: [UInt8] {
        guard !isEmpty || droppedBytes > 0 else { return [] }
        var fields = FieldWriter(reserving: standardOutput.count + standardError.count + 32)
        fields.long(Int64(droppedBytes))
        fields.long(standardOutput)
        fields.long(standardError)
        return fields.bytes
    }

    fileprivate init(_ fields: inout FieldReader) throws {
        self.init()
        guard !fields.isAtEnd else { return }
        droppedBytes = Int(try fields.longNumber())
        standardOutput = Array(try fields.long())
        standardError = Array(try fields.long())
    }

    init(stored: [UInt8]) throws {
        self = try stored.withUnsafeBytes { bytes in
            var fields = FieldReader(bytes)
            return try AttemptOutput(&fields)
        }
    }
}

extension JobSnapshot.EndedAttempt {
    /// A row of a job's history.
    var stored: [UInt8] {
        var fields = FieldWriter(reserving: 96)
        fields.long(Int64(record.number))
        fields.long(record.node)
        fields.long(record.startedAt)
        fields.long(record.finishedAt)
        fields.long(record.outcome?.digit ?? "")
        fields.long(record.error?.stored ?? [])
        return fields.bytes + output.stored
    }

    init(stored: [UInt8]) throws {
        self = try stored.withUnsafeBytes { bytes in
            var fields = FieldReader(bytes)
            let number = Int(try fields.longNumber())
            let node = try fields.longText()
            guard let startedAt = try fields.longTime() else { throw StoreDamage.error("an attempt has no start") }
            let record = AttemptRecord(
                number: number, node: node, startedAt: startedAt, finishedAt: try fields.longTime(),
                outcome: JobOutcome.Name(digit: try fields.long().first),
                error: try JobFailure(stored: try fields.long()))
            return Self(record: record, output: try AttemptOutput(&fields))
        }
    }
}
