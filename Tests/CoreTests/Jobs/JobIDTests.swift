import MainspringCore
import MainspringTesting
import Testing

@Suite("Job ids")
struct JobIDTests {
    @Test(
        "takes 1 to 128 letters, digits, dots, underscores and hyphens",
        arguments: ["a", "Z", "0", ".", "_", "-", "scan.AAPL_2026-11-01", String(repeating: "x", count: 128)])
    func takes(text: String) {
        #expect(JobID(rawValue: text)?.rawValue == text)
        #expect(JobID(rawValue: text)?.description == text)
    }

    @Test(
        "refuses anything else",
        arguments: ["", String(repeating: "x", count: 129), "a b", "a/b", "é", "a\n", "a\0", "a:b", "ａ", "%2e"])
    func refuses(text: String) {
        #expect(JobID(rawValue: text) == nil)
    }

    @Test("a new id is a UUIDv7 of its millisecond")
    func form() throws {
        var random = SeededGenerator(seed: 1)
        let id = JobID.uuidV7(at: Timestamp(microseconds: 1_793_552_400_250_999), using: &random).rawValue
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        let millis = UInt64(id.replacing("-", with: "").prefix(12), radix: 16)
        #expect(millis == 1_793_552_400_250)
    }

    @Test("ids sort by their millisecond, at the ends of the range too")
    func order() {
        var random = SeededGenerator(seed: 2)
        let times: [Int64] = [.min, 0, 1_000, 2_000, 1_793_552_400_250_000, 1_793_552_400_251_000]
        let ids = times.map { JobID.uuidV7(at: Timestamp(microseconds: $0), using: &random).rawValue }
        #expect(Array(ids.dropFirst()) == ids.dropFirst().sorted())
        #expect(ids[0].hasPrefix("00000000-0000-7"))
    }

    @Test("ids and nonces do not repeat")
    func unique() {
        let source = RandomIDSource()
        let time = Timestamp(microseconds: 1)
        #expect(Set((0..<1_000).map { _ in source.jobID(at: time) }).count == 1_000)
        let nonces = (0..<1_000).map { _ in source.nonce() }
        #expect(Set(nonces).count == 1_000)
        #expect(nonces.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
    }
}
