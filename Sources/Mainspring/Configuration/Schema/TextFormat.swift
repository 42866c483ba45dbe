import MainspringCore
import MainspringRedis
import MainspringRuntime

/// The form of a text value.
enum TextFormat: Sendable, CaseIterable {
    case any, name, path, store, bind, hostHeader, url, tcp, signal, headerName, variableName, word

    var noun: String {
        switch self {
        case .any: "a text"
        case .name: "a name of up to 64 letters, digits, '.', '_' and '-'"
        case .path: "a path"
        case .store: "memory, sqlite, sqlite:PATH or a URL such as redis://127.0.0.1:6379/0"
        case .bind: "an address such as 127.0.0.1:8501 or 127.0.0.1:8501-8600"
        case .hostHeader: "a host name, with a port if it is not the node's own"
        case .url: "an http:// or https:// URL"
        case .tcp: "an address such as 127.0.0.1:9000"
        case .signal: "a signal such as TERM"
        case .headerName: "a header name"
        case .variableName: "the name of an environment variable"
        case .word: "a word in capital letters, such as POST"
        }
    }

    /// A pattern for the JSON Schema, where one says it all.
    var pattern: String? {
        switch self {
        case .any, .path, .signal: nil
        case .name: "^[A-Za-z0-9._-]{1,64}$"
        case .store: "^(memory|sqlite(:.+)?|rediss?://.+|redis\\+unix:///.+)$"
        case .bind: "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]+(-[0-9]+)?$"
        case .hostHeader: "^[A-Za-z0-9._:\\[\\]-]+$"
        case .url: "^https?://"
        case .tcp: "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]+$"
        case .headerName: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
        case .variableName: "^[A-Za-z_][A-Za-z0-9_]*$"
        case .word: "^[A-Z]{1,16}$"
        }
    }

    func problem(with text: String) -> String? {
        if text.isEmpty, self != .any { return "must not be empty; \(noun) belongs here" }
        if text.utf8.contains(0) { return "holds a NUL character" }
        if case .store = self, StoreConfiguration.Backend.isRedis(text) {
            do {
                _ = try RedisEndpoint(url: text)
            } catch {
                return error.message
            }
        }
        return takes(text) ? nil : "must be \(noun)"
    }

    private func takes(_ text: String) -> Bool {
        switch self {
        case .any, .path: true
        case .name:
            text.utf8.count <= 64 && text != "." && text != ".."
                && text.allSatisfy { Self.isLetterOrDigit($0) || "._-".contains($0) }
        case .store: StoreConfiguration.Backend(text: text) != nil
        case .bind: BindAddress(text: text) != nil
        case .hostHeader: text.allSatisfy { Self.isLetterOrDigit($0) || "._-:[]".contains($0) }
        case .url: text.hasPrefix("http://") || text.hasPrefix("https://")
        case .tcp: BindAddress(text: text).map { $0.ports.count == 1 && $0.ports.lowerBound > 0 } ?? false
        case .signal: SignalName.number(of: text) != nil
        case .headerName: text.allSatisfy { Self.isLetterOrDigit($0) || "!#$%&'*+.^_`|~-".contains($0) }
        case .variableName:
            text.allSatisfy { Self.isLetterOrDigit($0) || $0 == "_" } && text.first?.isNumber == false
        case .word: text.utf8.count <= 16 && text.utf8.allSatisfy { (65...90).contains($0) }
        }
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
