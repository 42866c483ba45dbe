import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("One runtime per process")
struct RuntimeClaimTests {
    @Test("a second claim names where the first was made, and works once that is released")
    func second() throws {
        // The process's own is taken by tests that run whole programs.
        let desk = RuntimeClaim.Desk()
        let first = try RuntimeClaim(at: SourceSite(file: "Market/Main.swift", line: 12), of: desk)
        let error = #expect(throws: MainspringError.self) { try RuntimeClaim(at: SourceSite(), of: desk) }
        #expect(error?.code == .conflict)
        #expect(error?.message == "a Mainspring runtime runs in this process already, started at Market/Main.swift:12")
        first.release()
        let second = try RuntimeClaim(at: SourceSite(), of: desk)
        // Not its own any more.
        first.release()
        #expect(throws: MainspringError.self) { try RuntimeClaim(at: SourceSite(), of: desk) }
        second.release()
        withExtendedLifetime(try RuntimeClaim(at: SourceSite(), of: desk)) {}
    }
}
