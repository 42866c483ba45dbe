import Foundation
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringSQLite

@Suite("Doorbells on one database", .timeLimit(.minutes(1)))
struct DoorbellTests {
    private let kit: BellKit

    init() throws { kit = try BellKit() }

    @Test("a ring reaches every other one, and never the one that rings")
    func others() async throws {
        let (first, second) = (RingRecorder(), RingRecorder())
        let one = try kit.listener(first)
        let two = try kit.listener(second)
        let writer = try Doorbell(database: kit.file)
        one.ring(.work)
        await second.wait(for: .work)
        two.ring([.ended, .control])
        await first.wait(for: [.ended, .control])
        #expect(first.rings == [[.ended, .control]])
        #expect(second.rings == [.work])
        writer.ring(.ended)
        await second.wait(for: .ended)
        #expect(kit.names.count == 2, "who only writes has no socket")
        one.ring([])
        for bell in [one, two, writer] { bell.close() }
        #expect(kit.names == [])
    }

    @Test("rings that come while the last one is answered are one, of all their kinds")
    func burst() async throws {
        let (recorder, answering, gate) = (RingRecorder(), Signal(), DispatchSemaphore(value: 0))
        let listener = try Doorbell(database: kit.file) { kinds in
            recorder.record(kinds)
            answering.notify()
            gate.wait()
        }
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        await answering.wait()
        for kinds in [.work, .control, .work] as [DoorbellKind] { writer.ring(kinds) }
        gate.signal()
        await recorder.wait(for: .control)
        #expect(recorder.rings == [.work, [.work, .control]])
        for _ in 0..<5 { writer.ring(.work) }
        gate.signal()
        await recorder.wait(for: .all)
        #expect(recorder.rings == [.work, [.work, .control], .all])
        gate.signal()
        listener.close()
        writer.close()
    }

    @Test(
        "the path may be longer than an address, and of any language",
        arguments: [
            String(repeating: "a-long-name/", count: 20) + "jobs.db", "Aufträge/задания/仕事 \u{1F514}.db",
        ])
    func paths(path: String) async throws {
        let kit = try BellKit(path)
        let recorder = RingRecorder()
        let listener = try kit.listener(recorder)
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        await recorder.wait(for: .work)
        listener.close()
        writer.close()
    }

    @Test("a database that is opened through a link has the bells of the file")
    func link() async throws {
        let link = kit.folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: kit.file)
        let recorder = RingRecorder()
        let listener = try kit.listener(recorder)
        let writer = try Doorbell(database: link)
        writer.ring(.work)
        await recorder.wait(for: .work)
        listener.close()
        writer.close()
    }

    @Test("fifty are woken by one ring")
    func fifty() async throws {
        let recorders = (0..<50).map { _ in RingRecorder() }
        // Without their greetings, of which many at once would be everything.
        let listeners = try recorders.map { recorder in
            try BellListener(in: BellFolder(database: kit.file)) { recorder.record($0) }
        }
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        for recorder in recorders { await recorder.wait(for: .work) }
        #expect(recorders.allSatisfy { $0.rings == [.work] })
        for listener in listeners { listener.close() }
        #expect(kit.names == [])
        writer.close()
    }

    /// More than a writer's send buffer holds, if all shared it.
    @Test("those that hang are told everything when they go on, and hold up neither the writer nor the others")
    func hanging() async throws {
        let gate = DispatchSemaphore(value: 0)
        let (answering, recorders) = ((0..<40).map { _ in Signal() }, (0..<40).map { _ in RingRecorder() })
        let hanging = try zip(answering, recorders).map { answering, recorder in
            try Doorbell(database: kit.file) { kinds in
                answering.notify()
                gate.wait()
                recorder.record(kinds)
            }
        }
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        for signal in answering { await signal.wait() }
        for _ in 0..<1000 { writer.ring(.work) }

        let recorder = RingRecorder()
        let listener = try kit.listener(recorder)
        writer.ring(.ended)
        await recorder.wait(for: .ended)
        #expect(recorder.rings == [.ended])

        for _ in 0..<1000 { gate.signal() }
        for recorder in recorders { await recorder.wait(for: .all) }
        for bell in hanging + [listener, writer] { bell.close() }
    }

    @Test("a closed one is not rung, its thread ends and its socket is gone; closing again does nothing")
    func close() async throws {
        let (ended, recorder) = (Signal(), RingRecorder())
        let listener = try listener(ending: ended)
        let other = try kit.listener(recorder)
        other.ring(.work)
        listener.close()
        listener.close()
        await ended.wait()
        #expect(kit.names.count == 1)
        listener.ring(.work)
        other.ring(.work)
        #expect(recorder.rings == [])
        #expect(kit.names.count == 1)
        other.close()
    }

    @Test("one that nobody keeps closes itself")
    func letGo() async throws {
        let ended = Signal()
        _ = try listener(ending: ended)
        await ended.wait()
        #expect(kit.names == [])
    }

    /// The thread holds the closure, and the closure what says so when it is gone.
    private func listener(ending ended: Signal) throws -> Doorbell {
        let canary = Canary(gone: ended)
        return try Doorbell(database: kit.file) { _ in withExtendedLifetime(canary) {} }
    }

    private final class Canary: Sendable {
        let gone: Signal

        init(gone: Signal) { self.gone = gone }

        deinit { gone.notify() }
    }
}
