import MainspringCore
import Testing

@Suite("An attempt's progress")
struct JobProgressTests {
    @Test(
        "a fraction is from 0 to 1, or nothing",
        arguments: [
            (0, 0), (1, 1), (0.25, 0.25), (-0.1, 0), (1.1, 1), (.infinity, 1), (-.infinity, 0), (.nan, nil),
            (.leastNonzeroMagnitude, .leastNonzeroMagnitude), (nil, nil),
        ] as [(Double?, Double?)])
    func fraction(given: Double?, kept: Double?) {
        #expect(JobProgress(fraction: given).fraction == kept)
    }

    @Test("a message is cut at 256 bytes, between characters")
    func message() {
        #expect(JobProgress(message: String(repeating: "x", count: 256)).message?.utf8.count == 256)
        #expect(JobProgress(message: String(repeating: "x", count: 257)).message == String(repeating: "x", count: 256))
        #expect(JobProgress(message: String(repeating: "€", count: 100)).message == String(repeating: "€", count: 85))
        #expect(JobProgress(message: "").message == "")
        #expect(JobProgress().message == nil)
    }
}
