import HTTPTypes
import MainspringCore
import MainspringStore

/// The query grammar: `kind:a,b state:x,y queue:z tag:t`. Terms narrow; values of one term widen.
enum JobSearch {
    static let terms = ["kind", "queue", "state", "tag"]
    static let syntax = "`kind:a,b state:x,y queue:z tag:t`; terms narrow the result, values of one term widen it"

    static func parse(_ text: String, cursor: String? = nil, limit: Int) throws(Problem) -> JobQuery {
        var query = JobQuery(limit: limit)
        for term in text.split(whereSeparator: \.isWhitespace) {
            let parts = term.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard terms.contains(name) else { throw unknown(name) }
            let values = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
            guard !values.isEmpty else {
                throw Problem(
                    .badRequest, .malformed, "the query's '\(name)' has no value", hint: "Write '\(name):VALUE'.")
            }
            switch name {
            case "kind": query.kinds.formUnion(values)
            case "queue": query.queues.formUnion(values)
            case "tag": query.tags.formUnion(values)
            default: for value in values { query.states.insert(try state(value)) }
            }
        }
        if let cursor { query.cursor = try self.cursor(cursor) }
        return query
    }

    /// Opaque to callers.
    static func text(of cursor: JobCursor) -> String { "c" + String(cursor.rawValue, radix: 36) }

    private static func cursor(_ text: String) throws(Problem) -> JobCursor {
        guard text.first == "c", let value = Int64(text.dropFirst(), radix: 36), value >= 0 else {
            throw Problem(
                .badRequest, .malformed, "'cursor' is none that this node gave",
                hint: "Take 'next' of the page before, or leave it out.")
        }
        return JobCursor(rawValue: value)
    }

    private static func state(_ text: String) throws(Problem) -> JobState {
        if let state = JobState(rawValue: text) { return state }
        let names = JobState.allCases.map(\.rawValue)
        let near = NearestName.of(text, among: names).map { "Did you mean '\($0)'? " } ?? ""
        throw Problem(
            .badRequest, .malformed, "'\(text.prefix(64))' is not a state",
            hint: "\(near)Known are \(names.joined(separator: ", ")).")
    }

    private static func unknown(_ name: String) -> Problem {
        let near = NearestName.of(name, among: terms).map { "Did you mean '\($0):'? " } ?? ""
        return Problem(
            .badRequest, .malformed, "the query has no term '\(name.prefix(64))'",
            hint: "\(near)Known are \(terms.map { "\($0):" }.joined(separator: ", ")).")
    }
}
