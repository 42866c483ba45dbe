import MainspringCore
import MainspringRuntime
import Testing

@Suite("One runtime per process")
struct RuntimeClaimTests {
    @Test("a second claim names where the first was made, and works once that is released")
    func second() throws {
        let first = try RuntimeClaim(at: SourceSite(file: "Market/Main.swift", line: 12))
        #expect(RuntimeClaim.current?.line == 12)
        let error = #expect(throws: MainspringError.self) { try RuntimeClaim(at: SourceSite()) }
        #expect(error?.code == .conflict)
        #expect(error?.message == "a Mainspring runtime runs in this process already, started at Market/Main.swift:12")
        first.release()
        let second = try RuntimeClaim(at: SourceSite())
        // Not its own any more.
        first.release()
        #expect(RuntimeClaim.current != nil)
        second.release()
        #expect(RuntimeClaim.current == nil)
    }
}
