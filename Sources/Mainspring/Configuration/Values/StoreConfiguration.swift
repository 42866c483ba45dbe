/// Where jobs are kept.
public struct StoreConfiguration: Sendable, Hashable {
    public enum Backend: Sendable, Hashable {
        case memory
        /// The absolute path of the database.
        case sqlite(path: String)

        /// The path is empty for `sqlite` alone. Nil for what is no store of this version.
        init?(text: String) {
            if text == "memory" {
                self = .memory
            } else if text == "sqlite" {
                self = .sqlite(path: "")
            } else if text.hasPrefix("sqlite:"), text.utf8.count > 7 {
                self = .sqlite(path: String(text.dropFirst(7)))
            } else {
                return nil
            }
        }
    }

    public enum Durability: String, Sendable, CaseIterable {
        case full, normal
    }

    public var backend: Backend
    public var durability: Durability
}
