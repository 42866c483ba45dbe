import MainspringCore
import Testing

@Suite("The stamp of a process as text")
struct ProcessStampTests {
    private let stamp = ProcessStamp(
        bootID: "0b5c1a3e-6f0e-4a5e-9d25-0f4a3cb0c5de", pidNamespace: 4_026_531_836, pid: 4711, startTime: 987_654)

    @Test("is read as it was written")
    func roundTrip() {
        #expect(stamp.description == "0b5c1a3e-6f0e-4a5e-9d25-0f4a3cb0c5de 4026531836 4711 987654")
        #expect(ProcessStamp(text: stamp.description) == stamp)
        let widest = ProcessStamp(
            bootID: "local-" + stamp.bootID, pidNamespace: .max, pid: .max, startTime: .max)
        #expect(ProcessStamp(text: widest.description) == widest)
        #expect(widest.description.utf8.count <= 100)
    }

    @Test(
        "is refused when it is anything else",
        arguments: [
            "", "boot", "boot 1 2", "boot 1 2 3 4", " 1 2 3", "boot  1 2 3", "boot 1 2 3 ", "boot 1 2 x", "boot -1 2 3",
            "boot 1 +2 3", "boot 01 2 3", "boot 1 2147483648 3", "boot 1 2 18446744073709551616",
        ])
    func others(text: String) {
        #expect(ProcessStamp(text: text) == nil)
    }
}
