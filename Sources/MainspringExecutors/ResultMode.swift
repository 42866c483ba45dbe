import MainspringCore

/// What a kind makes of the output of a successful attempt.
public enum ResultMode: String, Sendable, Hashable, CaseIterable {
    /// One JSON document; anything else fails the attempt.
    case json
    /// The text as it is, without its last newline.
    case text
    /// Nothing; the default.
    case none

    /// The result as JSON text, or why there is none. `dropped` bytes are missing at the start of `output`.
    func result(of output: [UInt8], dropped: Int, limit: Int) -> JobOutcome {
        if self == .none { return .success(result: nil) }
        guard dropped == 0 else {
            return .failure(
                JobFailure(
                    code: "result_too_large",
                    message: "the result is larger than 'output: \(ByteSize(bytes: limit).text)' allows"))
        }
        switch self {
        case .none: return .success(result: nil)
        case .text:
            let text = String(decoding: output, as: UTF8.self)
            return .success(result: JSONValue.string(text.hasSuffix("\n") ? String(text.dropLast()) : text).compactText)
        case .json:
            do {
                return .success(result: try JSONParser.parse(output).compactText)
            } catch {
                return .failure(
                    JobFailure(code: "bad_result", message: "the output is not one JSON document: \(error)"))
            }
        }
    }
}
