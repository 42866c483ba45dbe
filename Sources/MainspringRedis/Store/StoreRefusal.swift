import MainspringCore

/// What callers of the store are told of the client's errors.
enum StoreRefusal {
    static func error(_ error: RedisError, of step: String) -> MainspringError {
        switch error {
        case .unreachable, .unanswered, .busy: unreachable("\(error)")
        case .closed: closed
        case .broken(let reason):
            MainspringError(
                .storeDenied, "what answers is not the Redis server that was meant", cause: reason,
                hint: "Check the store's URL.")
        case .refused(let refusal): Self.error(refusal, of: step)
        }
    }

    static let closed = MainspringError(.storeFailed, "the store is closed")

    private static func unreachable(_ cause: String) -> MainspringError {
        MainspringError(
            .storeUnreachable, "Redis does not answer", cause: cause,
            hint: "Check that the server runs and can be reached.")
    }

    /// The server's words may quote arguments: they are told only where they cannot.
    private static func error(_ refusal: RedisRefusal, of step: String) -> MainspringError {
        if refusal.isLogin {
            return MainspringError(
                .storeDenied, "Redis refuses the login", cause: refusal.code,
                hint: "Check user, password and database in the store's URL.")
        }
        switch code(refusal) {
        case "LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "UNKILLABLE": return unreachable(refusal.code)
        case "READONLY", "NOREPLICAS":
            return MainspringError(
                .storeReadOnly, "Redis takes no writes", cause: code(refusal),
                hint: "It may be a replica: give the URL of the primary.")
        case "OOM":
            return MainspringError(
                .storeFull, "Redis has no memory left", cause: "OOM", hint: "Raise its maxmemory, or remove old jobs.")
        case "MISCONF":
            return MainspringError(
                .storeFull, "Redis cannot write to its disk", cause: "MISCONF", hint: "Look into the server's log.")
        case "NOAUTH", "WRONGPASS", "NOPERM", "MOVED", "ASK", "CROSSSLOT":
            return MainspringError(
                .storeDenied, "Redis refuses a step of the store: \(step)", cause: code(refusal),
                hint: "docs/redis.md has the rights that the user needs; Redis Cluster is not supported.")
        case "STALETERM":
            return MainspringError(
                .staleTerm, "the term is over", hint: "Another node promotes, reclaims and prunes by now.")
        default:
            return MainspringError(
                .storeFailed, "the step \(step) failed in Redis", cause: refusal.code,
                hint: "This is a bug: please report it.")
        }
    }

    /// Redis 6.2 wraps an error that a script met into its own; what the user may not do inside a script has no code at all, in
    /// the words of Redis or of Valkey.
    private static func code(_ refusal: RedisRefusal) -> String {
        guard refusal.code == "ERR" else { return refusal.code }
        let denials = ["can't run this command", "ACL failure in script"]
        if denials.contains(where: refusal.message.contains) { return "NOPERM" }
        let codes = ["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM", "LOADING", "STALETERM"]
        return codes.first { refusal.message.contains("-\($0) ") } ?? refusal.code
    }
}
