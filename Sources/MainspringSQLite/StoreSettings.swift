/// What a store was made with besides its file; most of it only tests change.
struct StoreSettings: Sendable {
    /// Off only in the test that proves that the conformance suite sees the difference.
    var checksTokens = true
    /// Called between the steps.
    var hook: CrashHook?
    /// A bound on the file's pages.
    var pageLimit: Int?
    /// How many numbers a query with filters looks at in one go.
    var searchWindow: Int64 = 10_000
    /// Whether other processes are woken, and wake this one.
    var rings = true
}
