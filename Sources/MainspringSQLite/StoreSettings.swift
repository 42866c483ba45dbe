/// What only tests ask for.
package struct StoreSettings: Sendable {
    /// Off only in the test that proves that the conformance suite sees the difference.
    package var checksTokens: Bool
    /// Called between the steps.
    package var hook: CrashHook?
    /// A bound on the file's pages.
    package var pageLimit: Int?
    /// How many numbers a query with filters looks at in one go.
    package var searchWindow: Int64
    /// Whether other processes are woken, and wake this one.
    package var rings: Bool

    package init(
        checksTokens: Bool = true, hook: CrashHook? = nil, pageLimit: Int? = nil, searchWindow: Int64 = 10_000,
        rings: Bool = true
    ) {
        self.checksTokens = checksTokens
        self.hook = hook
        self.pageLimit = pageLimit
        self.searchWindow = searchWindow
        self.rings = rings
    }
}
