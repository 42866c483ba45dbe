/// The exit codes of `mainspring`; what they mean never changes.
public struct ExitStatus: RawRepresentable, Sendable, Hashable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
}

extension ExitStatus {
    public static let success = Self(rawValue: 0)
    public static let failed = Self(rawValue: 1)
    public static let notRunning = Self(rawValue: 3)
    /// The time to wait is over while the job waits for its next attempt after a failed one.
    public static let jobFailed = Self(rawValue: 10)
    public static let jobCancelled = Self(rawValue: 11)
    public static let jobDiscarded = Self(rawValue: 12)
    public static let usage = Self(rawValue: 64)
    public static let unreachable = Self(rawValue: 69)
    /// Corrupt, read-only or full.
    public static let storeFailed = Self(rawValue: 74)
    /// Refused for now: the same command may work later.
    public static let refusedForNow = Self(rawValue: 75)
    public static let denied = Self(rawValue: 77)
    public static let configuration = Self(rawValue: 78)
    public static let timedOut = Self(rawValue: 124)
    public static let interrupted = Self(rawValue: 130)
}
