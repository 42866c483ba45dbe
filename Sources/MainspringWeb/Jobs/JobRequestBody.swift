import MainspringCore
import MainspringJobs

/// The body of `POST /v1/jobs`: its schema, and how it becomes requests.
enum JobRequestBody {
    static let limit = 1000

    static let schema = Schema.oneOrMany(
        .object([
            Schema.Field("kind", .string(maxBytes: 128), isRequired: true, "A declared job kind."),
            Schema.Field("args", .openObject, "The kind's declared arguments. Default: none."),
            Schema.Field("queue", .string(maxBytes: 128), "A declared queue. Default: the kind's."),
            Schema.Field(
                "priority", .string(maxBytes: 16, choices: JobPriority.allCases.map(\.rawValue)), "Default: the kind's."
            ),
            Schema.Field(
                "in", .string(maxBytes: 32, format: "duration such as 30s") { Duration(text: $0) != nil },
                "Not before this time from now. Not together with `at`."),
            Schema.Field(
                "at",
                .string(maxBytes: 64, format: "time such as 2026-11-01T17:00:00Z") { Timestamp(rfc3339: $0) != nil },
                "Not before this time (RFC 3339); a past one means now."),
            Schema.Field(
                "deadline",
                .string(maxBytes: 64, format: "time such as 2026-11-01T17:00:00Z, or duration such as 1h") {
                    Timestamp(rfc3339: $0) != nil || Duration(text: $0) != nil
                },
                "No attempt starts after this time, or this long from now, and one that runs is ended. Default: the kind's."
            ),
            Schema.Field("unique", UniqueBody.schema, "In place of the kind's `unique`."),
            Schema.Field(
                "metadata", .texts(count: JobRequest.metadataLimit, maxBytes: JobRequest.metadataLength),
                "Kept with the job and never interpreted, such as the trace that it belongs to."),
            Schema.Field(
                "tags",
                .array(
                    of: .string(
                        maxBytes: JobRequest.tagLength, format: "tag without spaces, commas or control characters",
                        isValid: JobRequest.isTag),
                    count: 0...JobRequest.tagLimit), "Words to find it by."),
            Schema.Field(
                "id",
                .string(maxBytes: 128, format: "text of letters, digits, '.', '_' or '-'") {
                    JobID(rawValue: $0) != nil
                },
                "The caller's own id: the same request sent again makes no second job. Default: a new UUIDv7."),
        ]), max: limit)

    /// Requests from a body that passed the schema; throws `malformed` where fields do not go together.
    static func requests(
        from body: JSONValue, parent: ParentAttempt?, now: Timestamp
    ) throws(Problem) -> [JobRequest] {
        let items = body.array ?? [body]
        let problems = items.enumerated().flatMap { index, item in
            clashes(in: item, index: body.array == nil ? nil : index)
        }
        guard problems.isEmpty else { throw Problem(malformed: problems) }
        return items.map { item in
            let delay = item["in"]?.string.flatMap { Duration(text: $0) }.map { now + $0 }
            return JobRequest(
                kind: item["kind"]?.string ?? "", arguments: item["args"]?.object ?? [:], queue: item["queue"]?.string,
                priority: item["priority"]?.string.flatMap { JobPriority(rawValue: $0) },
                runAt: delay ?? item["at"]?.string.flatMap { Timestamp(rfc3339: $0) },
                id: item["id"]?.string.flatMap { JobID(rawValue: $0) },
                tags: item["tags"]?.array?.compactMap(\.string) ?? [],
                metadata: item["metadata"]?.object?.compactMapValues(\.string) ?? [:],
                unique: item["unique"].flatMap(UniqueBody.policy), deadline: deadline(in: item, now: now),
                parent: parent)
        }
    }

    private static func clashes(in item: JSONValue, index: Int?) -> [BodyProblem] {
        var problems = UniqueBody.problems(in: item["unique"] ?? .null)
        if has(item, "in"), has(item, "at") { problems.append(("in", "cannot stand together with 'at'")) }
        return problems.map { BodyProblem(index: index, field: $0.field, code: .malformed, message: $0.message) }
    }

    private static func deadline(in item: JSONValue, now: Timestamp) -> Timestamp? {
        guard let text = item["deadline"]?.string else { return nil }
        return Timestamp(rfc3339: text) ?? Duration(text: text).map { now + $0 }
    }

    private static func has(_ item: JSONValue, _ field: String) -> Bool { item[field].map { $0 != .null } ?? false }
}
