/// Why an attempt failed: a stable code, a sentence, and a detail such as the end of standard error.
public struct JobFailure: Sendable, Hashable {
    /// For instance `exit_1`, `signal_KILL`, `http_500`, `timeout`, `spawn_failed`, `bad_result`.
    public var code: String
    public var message: String
    /// At most 4 KiB; what is longer is cut at its start.
    public var detail: String?

    public init(code: String, message: String, detail: String? = nil) {
        self.code = code
        self.message = message
        self.detail = detail.map { text in
            guard text.utf8.count > 4096 else { return text }
            // A character that the cut splits goes whole.
            return String(decoding: text.utf8.suffix(4096).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
        }
    }

    /// Of a job that was running at the death of too many owners.
    public static func tooManyRescues(_ count: Int) -> JobFailure {
        JobFailure(
            code: "too_many_rescues",
            message: "its owner died \(count) times while it ran; it may be what kills them")
    }

    /// The job did not run: when it reached the store, another held its unique key.
    public static func uniqueConflict(with holder: JobID) -> JobFailure {
        JobFailure(code: "unique_conflict", message: "the job \(holder.rawValue) does the same work")
    }
}
