import MainspringCore
import MainspringStore

extension AttemptToken {
    /// The number of its job: it stands behind the nonce. Empty when there is none.
    var seq: String {
        guard let dot = rawValue.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "" }
        return String(rawValue[rawValue.utf8.index(after: dot)...])
    }
}

extension NewJob {
    /// What the insert script needs beside the job: see there.
    func extra(isFirst: Bool) throws -> [UInt8] {
        let mark = UInt8(ascii: isFirst ? "1" : "0")
        guard occurrence != nil || queueLimit != nil || parent != nil else { return [mark] }
        var fields = FieldWriter(reserving: 64)
        fields.short(occurrence?.schedule ?? "")
        fields.short(occurrence?.instant)
        fields.short(occurrence?.skipsOverlap ?? false)
        fields.short(occurrence?.term.map { String($0.number) } ?? "")
        fields.short(queueLimit.map(String.init) ?? "")
        fields.short(parent?.token.seq ?? "")
        fields.short(parent?.token.rawValue ?? "")
        fields.short(parent?.id.rawValue ?? "")
        return [mark] + (try fields.packed())
    }
}

extension Settlement {
    func stored() throws -> [UInt8] {
        var fields = FieldWriter(reserving: 288)
        fields.short(token.seq)
        fields.short(token.rawValue)
        fields.short(id.rawValue)
        fields.short(queue)
        fields.short(nextState.digit)
        fields.short(availableAt)
        fields.short(priority.digit)
        fields.short(usesAttempt)
        fields.short(isSnooze)
        fields.short(attempt.startedAt)
        fields.short(attempt.finishedAt ?? availableAt)
        fields.long(attempt.error?.stored ?? [])
        fields.long(StoredJob.result(result))
        fields.long(JobSnapshot.EndedAttempt(record: attempt, output: output).stored)
        return try fields.packed()
    }
}

extension ClaimRequest {
    /// Jobs of one claim.
    private static let most = 1000

    func append(to command: inout RedisCommand) throws {
        command.append(nonce)
        command.append(owner.stored)
        command.append(now.microseconds)
        command.append(lease.wholeMicroseconds)
        command.append(try kinds.stored.packed())
        var nonces = FieldWriter()
        for nonce in unanswered { nonces.short(nonce) }
        command.append(try nonces.packed())
        var left = Self.most
        for (queue, slots) in demand.sorted(by: { $0.key < $1.key }) where slots > 0 {
            command.append(queue)
            command.append(min(slots, left))
            left -= min(slots, left)
        }
    }
}

extension Array {
    /// In parts whose weights together stay within a bound, unless one element alone is heavier.
    func cut(at bound: Int, weight: (Element) -> Int) -> [ArraySlice<Element>] {
        var parts: [ArraySlice<Element>] = []
        var start = startIndex
        var sum = 0
        for index in indices {
            let own = weight(self[index])
            if sum + own > bound, index > start {
                parts.append(self[start..<index])
                start = index
                sum = 0
            }
            sum += own
        }
        if start < endIndex { parts.append(self[start...]) }
        return parts
    }
}

/// Failures that scripts write: their code, and the text before and after what a script puts in.
struct FailureText {
    let code: String
    let before: String
    let after: String

    static let conflict: FailureText = {
        let place = "0"
        let failure = JobID(rawValue: place).map { JobFailure.uniqueConflict(with: $0) }
        return FailureText(failure, place: place)
    }()

    static let rescues = FailureText(.tooManyRescues(0), place: "0")

    private init(_ failure: JobFailure?, place: String) {
        let message = failure?.message ?? place
        let parts = message.split(separator: place, maxSplits: 1, omittingEmptySubsequences: false)
        code = failure?.code ?? ""
        before = String(parts.first ?? "")
        after = parts.count > 1 ? String(parts[1]) : ""
    }
}

extension RedisCommand {
    mutating func append(_ text: FailureText) {
        append(text.code)
        append(text.before)
        append(text.after)
    }
}
