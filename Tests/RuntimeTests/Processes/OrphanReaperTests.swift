import Testing

@testable import MainspringRuntime

@Suite("Orphans")
struct OrphanReaperTests {
    @Test("an ended process is reaped when it is seen for the second time in a row") func twice() {
        var sightings = OrphanSightings()
        #expect(sightings.take([5, 7]) == [])
        #expect(sightings.take([5, 9]) == [5])
        #expect(sightings.take([7, 9]) == [9])
        #expect(sightings.take([7]) == [7])
        #expect(sightings.take([]) == [])
        #expect(sightings.take([7]) == [])
    }
}
