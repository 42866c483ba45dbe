import MainspringCore
import Testing

@testable import MainspringSQLite

@Suite("What is read from a bell at once")
struct BellBurstTests {
    private func burst(_ bytes: [UInt8]) -> BellBurst {
        var burst = BellBurst()
        for byte in bytes { burst.take(byte) }
        return burst
    }

    @Test("up to four rings are what they say, more are everything")
    func threshold() {
        let work = DoorbellKind.work.rawValue
        #expect(burst([work]).kinds == .work)
        #expect(burst([work, work, DoorbellKind.ended.rawValue, work]).kinds == [.work, .ended])
        #expect(!burst([work, work, work, work]).bringsNewcomers)
        let long = burst([work, work, work, work, work])
        #expect(long.kinds == .all)
        #expect(long.bringsNewcomers)
    }

    @Test("a newcomer rings for nothing else, and a kind of a later version is none")
    func others() {
        #expect(burst([BellBurst.newcomer]).kinds == [])
        #expect(burst([BellBurst.newcomer]).bringsNewcomers)
        #expect(burst([1 << 6]).kinds == [])
        #expect(burst([0]).kinds == [])
    }

    @Test("a stream of rings that does not end is answered in between")
    func limit() {
        #expect(!burst(Array(repeating: 1, count: 1023)).isFull)
        #expect(burst(Array(repeating: 1, count: 1024)).isFull)
    }
}
