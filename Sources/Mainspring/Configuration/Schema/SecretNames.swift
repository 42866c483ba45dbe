/// Names that say that a value is nobody's business.
enum SecretNames {
    private static let parts = ["token", "secret", "passw", "pwd", "key", "credential", "auth", "private"]

    static func sound(_ name: String) -> Bool {
        let name = name.lowercased()
        return parts.contains { name.contains($0) }
    }
}
