import MainspringCore
import Testing

@testable import MainspringSQLite

@Suite("When a folder that was read can be believed")
struct FolderChangeTests {
    private let change = FolderChange(seconds: 1000, nanoseconds: 500_000_000)

    private func isSettled(_ change: FolderChange, after milliseconds: Int64) -> Bool {
        change.isSettled(
            at: Timestamp(microseconds: Int64(change.seconds) * 1_000_000 + Int64(change.nanoseconds) / 1000)
                + .milliseconds(milliseconds))
    }

    @Test("once the kernel's clock has certainly ticked")
    func ticks() {
        #expect(!isSettled(change, after: 0))
        #expect(!isSettled(change, after: 20))
        #expect(isSettled(change, after: 21))
    }

    @Test("after two seconds, where the file system may know whole seconds only")
    func seconds() {
        let whole = FolderChange(seconds: 1000, nanoseconds: 0)
        #expect(!isSettled(whole, after: 2000))
        #expect(isSettled(whole, after: 2001))
    }

    @Test("also when the clock was set back")
    func past() {
        #expect(!isSettled(change, after: -20))
        #expect(isSettled(change, after: -3_600_000))
    }
}
