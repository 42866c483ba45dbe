import MainspringRuntime
import Testing

@Suite struct OutputTailTests {
    @Test("the last bytes are kept, in order, and the rest is counted", arguments: [0, 1, 2, 3, 7, 10, 64])
    func tail(limit: Int) {
        var tail = OutputTail(limit: limit)
        var all: [UInt8] = []
        for size in [0, 1, 3, 2, 7, 1, 1, 20, 4, 9, 64, 65, 5] {
            let chunk = (0..<size).map { UInt8(truncatingIfNeeded: all.count + $0) }
            all += chunk
            tail.append(chunk)
            #expect(tail.bytes == all.suffix(limit))
            #expect(tail.droppedBytes == max(0, all.count - limit))
            #expect(tail.count == min(limit, all.count))
        }
    }

    @Test("a flood costs no more than what it keeps")
    func flood() {
        var tail = OutputTail(limit: 64 << 10)
        let chunk = [UInt8](repeating: 7, count: 4096)
        for _ in 0..<20_000 { tail.append(chunk) }
        #expect(tail.droppedBytes == 20_000 * 4096 - (64 << 10))
    }
}
