/// Why a call has no answer, sorted by what may have become of the command.
///
/// Reasons never hold an argument, a reply's bytes or a password.
package enum RedisError: Error, Sendable, Equatable {
    /// It was not sent.
    case unreachable(String)
    /// It was sent and no answer came: it may have been carried out.
    case unanswered(String)
    /// The server's own error.
    case refused(RedisRefusal)
    /// What answers is no Redis server, or not the one it was taken for, or the reply is over the limits. Where the call was
    /// sent, it may have been carried out.
    case broken(String)
    /// It was not sent: as many calls as may wait are waiting.
    case busy
    /// It was not sent: the client is closed.
    case closed
}

/// An error reply: `WRONGTYPE Operation against …`.
package struct RedisRefusal: Error, Sendable, Equatable {
    /// Its first word when that is in capitals, as with `NOSCRIPT`, `READONLY`, `OOM`, `LOADING`, `MOVED`; else `ERR`.
    package var code: String
    /// The server's words after the code. They may quote what it was sent.
    package var message: String
    /// Not the command but the caller was refused, by the password, the user's rights or the number of the database.
    package var isLogin = false

    package init(code: String, message: String, isLogin: Bool = false) {
        self.code = code
        self.message = message
        self.isLogin = isLogin
    }

    /// Reads the line of an error reply, without its `-`.
    init(line: String) {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let first = words.first ?? ""
        if !first.isEmpty, first.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }) {
            self.init(code: String(first), message: words.count > 1 ? String(words[1]) : "")
        } else {
            self.init(code: "ERR", message: line)
        }
    }
}

extension RedisError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "Redis cannot be reached: \(reason)"
        case .unanswered(let reason): "Redis did not answer: \(reason)"
        case .refused(let refusal): "Redis refuses: \(refusal.code) \(refusal.message)"
        case .broken(let reason): "that is not the Redis server: \(reason)"
        case .busy: "too many calls wait for Redis"
        case .closed: "the Redis client is closed"
        }
    }
}
