import MainspringCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Swift values as JSON, the same for payloads and results. Dates are RFC 3339 in UTC, to the microsecond; `Data` is base64.
///
/// What cannot be read or written throws ``JobJSONProblem``, which never quotes a value.
enum JobJSON {
    /// The longest result, and the longest payload.
    static let limit = 1 << 20

    // Both are only read; encoding and decoding keep their state for themselves.
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
            guard let time = Int64(exactly: microseconds).map(Timestamp.init) else {
                throw JobJSONProblem("holds a date out of bounds")
            }
            var container = encoder.singleValueContainer()
            try container.encode(text(of: time))
        }
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let time = Timestamp(rfc3339: try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not RFC 3339")
            }
            return Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
        }
        return decoder
    }()

    static func text(of value: some Encodable) throws(JobJSONProblem) -> String {
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw JobJSONProblem(error)
        }
    }

    static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws(JobJSONProblem) -> Value {
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw JobJSONProblem(error)
        }
    }

    private static func text(of time: Timestamp) -> String {
        let fraction = String(1_000_000 + (time.microseconds % 1_000_000 + 1_000_000) % 1_000_000).dropFirst()
        return "\(time.rfc3339.prefix { $0 != "." }).\(fraction)Z"
    }
}
