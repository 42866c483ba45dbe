import MainspringCore

/// A job as the API tells it, read only as far as the command line shows it.
struct JobView: Sendable {
    let json: JSONValue
    let id: String
    let state: String

    /// Throws `unreachable` when the answer is no job.
    init(_ json: JSONValue) throws {
        guard let id = json["id"]?.string, let state = json["state"]?.string else {
            throw MainspringError(
                .unreachable, "the node's answer is no job", hint: "See that node and command are of the same version.")
        }
        self.json = json
        self.id = id
        self.state = state
    }

    var kind: String { text("kind") }
    var queue: String { text("queue") }
    var isDuplicate: Bool { json["duplicate"]?.bool ?? false }
    var isFinal: Bool { JobState(rawValue: state)?.isFinal ?? false }
    var attempts: String { "\(json["attempt"]?.integer ?? 0) of \(json["max_attempts"]?.integer ?? 0)" }

    /// `exit_1: the command exited with code 1`; nil without an error.
    var failure: String? { Self.failure(json["error"]) }

    static func failure(_ error: JSONValue?) -> String? {
        guard let error, error != .null else { return nil }
        if let text = error.string { return text }
        return [error["code"]?.string, error["message"]?.string].compactMap(\.self).joined(separator: ": ")
    }

    /// `40 %: two of five files`; nil when the attempt told nothing.
    var progress: String? {
        let fraction = json["progress"]?["fraction"]?.double.map { "\(Int($0 * 100)) %" }
        let parts = [fraction, json["progress"]?["message"]?.string].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }

    func text(_ name: String) -> String { json[name]?.string ?? "" }

    func time(_ name: String) -> Timestamp? { json[name]?.string.flatMap { Timestamp(rfc3339: $0) } }

    /// What a person wants to know beside the state: why it failed, when it goes on.
    func detail(now: Timestamp) -> String {
        let due = time("scheduled_at").map { $0 > now ? "in \(($0 - now).forPeople)" : "" } ?? ""
        switch JobState(rawValue: state) {
        case .scheduled: return due
        case .retryable:
            return [due.isEmpty ? "" : "again \(due)", failure ?? ""].filter { !$0.isEmpty }.joined(separator: "; ")
        case .available where json["parked"]?.string != nil: return "parked: \(text("parked"))"
        case .running where json["cancel_requested_at"]?.string != nil: return "cancel requested"
        case .running: return progress ?? ""
        case .discarded, .cancelled: return failure ?? ""
        default: return ""
        }
    }

    static func color(ofState state: String) -> Table.Color? {
        switch JobState(rawValue: state) {
        case .completed: .green
        case .running: .blue
        case .retryable: .yellow
        case .discarded: .red
        case .cancelled: .gray
        default: nil
        }
    }
}
