import MainspringCore
import MainspringStore

extension StoreTransaction {
    /// Throws `stale_term` unless the term is the last that was issued, and its holder has not lost it.
    func check(_ term: Term) throws {
        guard try holds(term) else {
            throw MainspringError(
                .staleTerm, "term \(term.number) is over", hint: "Another node promotes, reclaims and prunes by now.")
        }
    }

    func holds(_ term: Term) throws -> Bool {
        try statement("SELECT 1 FROM mainspring_term WHERE number = ? AND name IS NOT NULL").bind(term.number)
            .first { _ in true } ?? false
    }

    /// Whether the attempt still holds its job.
    func holds(_ attempt: ParentAttempt) throws -> Bool {
        guard checksTokens else { return true }
        guard let seq = attempt.token.seq else { return false }
        return try statement("SELECT 1 FROM mainspring_job WHERE seq = ? AND token = ? AND id = ? AND state = 3")
            .bind(seq, attempt.token.rawValue, attempt.id).first { _ in true } ?? false
    }
}
