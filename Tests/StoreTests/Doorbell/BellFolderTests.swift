import Foundation
import MainspringCore
import Testing

@testable import MainspringSQLite

@Suite("The folder of bells", .timeLimit(.minutes(1)))
struct BellFolderTests {
    private let kit: BellKit
    /// Every listing is old enough to be believed.
    private let later: @Sendable () -> Timestamp = { Timestamp(microseconds: 4_000_000_000_000_000) }

    init() throws { kit = try BellKit() }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// The code of what opening throws; each says what to do.
    private func refusal(database: String? = nil) -> MainspringError.Code? {
        do {
            try Doorbell(database: database ?? kit.file).close()
            return nil
        } catch {
            #expect(error.hint != nil && error.cause != nil)
            return error.code
        }
    }

    @Test("is its owner's alone, and made so when it was not")
    func mode() throws {
        try Doorbell(database: kit.file).close()
        #expect(mode(kit.bells) == 0o700)
        chmod(kit.bells, 0o755)
        try Doorbell(database: kit.file).close()
        #expect(mode(kit.bells) == 0o700)
    }

    @Test("is refused when it is a link or a file, or nobody can make it")
    func refused() throws {
        let elsewhere = kit.folder.file("elsewhere")
        mkdir(elsewhere, 0o700)
        symlink(elsewhere, kit.bells)
        #expect(refusal() == .storeReadOnly)
        unlink(kit.bells)
        #expect(FileManager.default.createFile(atPath: kit.bells, contents: nil))
        #expect(refusal() == .storeReadOnly)
        #expect(refusal(database: kit.folder.file("none/jobs.db")) == .storeReadOnly)
    }

    @Test("is refused when it is another user's", .enabled(if: geteuid() == 0, "only root can give a folder away"))
    func foreign() throws {
        mkdir(kit.bells, 0o700)
        #expect(chown(kit.bells, 12345, 12345) == 0)
        #expect(refusal() == .storeReadOnly)
    }

    @Test("is not read again while it does not change")
    func unchanged() async throws {
        let writer = try Doorbell(database: kit.file, now: later, onRing: nil)
        writer.ring(.work)
        let recorder = RingRecorder()
        // Were the folder read at every ring, the listener would be found in spite of this.
        let listener = try kit.withinOneTick { try kit.listener(recorder) }
        writer.ring(.work)
        try kit.withinOneTick { _ = FileManager.default.createFile(atPath: kit.bells + "/x", contents: nil) }
        utimensat(AT_FDCWD, kit.bells, nil, 0)
        writer.ring(.ended)
        await recorder.wait(for: .ended)
        #expect(recorder.rings == [.ended])
        listener.close()
        writer.close()
    }

    @Test("a listener that comes within the tick of a reading is not missed by one that only writes")
    func tick() async throws {
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        let recorder = RingRecorder()
        let listener = try kit.withinOneTick { try kit.listener(recorder) }
        writer.ring(.work)
        await recorder.wait(for: .work)
        listener.close()
        writer.close()
    }

    @Test("a newcomer makes itself known to those that listen, whatever the folder's time says")
    func newcomer() async throws {
        let heard = RingRecorder()
        let first = try Doorbell(database: kit.file, now: later) { heard.record($0) }
        first.ring(.work)
        let recorder = RingRecorder()
        let second = try kit.withinOneTick { try kit.listener(recorder) }
        // It is heard after the greeting.
        let writer = try Doorbell(database: kit.file)
        writer.ring(.control)
        await heard.wait(for: .control)
        first.ring(.work)
        await recorder.wait(for: .work)
        writer.close()
        first.close()
        second.close()
    }

    @Test("what a dead process left is removed by the next ring, and so are sockets that never came to listen")
    func stale() throws {
        let writer = try Doorbell(database: kit.file)
        let folder = try BellFolder(database: kit.file)
        _ = try BellSocket().map { try folder.add($0) }
        #expect(kit.names.count == 1)
        writer.ring(.work)
        #expect(kit.names == [])

        let name = String(repeating: "0a", count: 16) + ".new"
        let unfinished = kit.bells + "/" + name
        #expect(FileManager.default.createFile(atPath: unfinished, contents: nil))
        _ = try BellSocket().map { try folder.add($0) }
        writer.ring(.work)
        #expect(kit.names == [name], "it may still come to listen")
        var old = [timespec(), timespec()]
        #expect(utimensat(AT_FDCWD, unfinished, &old, 0) == 0)
        let listener = try kit.listener(RingRecorder())
        #expect(kit.names.count == 1)
        #expect(!kit.names.contains(name))
        listener.close()
        writer.close()
    }

    @Test("whatever else is in it stays there")
    func strangers() throws {
        let writer = try Doorbell(database: kit.file)
        let names = ["notes", "notes.new", String(repeating: "x", count: 32), String(repeating: "long", count: 60)]
        for name in names {
            #expect(FileManager.default.createFile(atPath: "\(kit.bells)/\(name)", contents: nil))
            var old = [timespec(), timespec()]
            #expect(utimensat(AT_FDCWD, "\(kit.bells)/\(name)", &old, 0) == 0)
        }
        let listener = try kit.listener(RingRecorder())
        writer.ring(.work)
        listener.close()
        writer.close()
        #expect(kit.names == names.sorted())
    }

    @Test("when somebody removes it, rings do no harm, and those who know each other go on")
    func removed() async throws {
        let recorder = RingRecorder()
        let listener = try kit.listener(recorder)
        let writer = try Doorbell(database: kit.file)
        writer.ring(.work)
        await recorder.wait(for: .work)
        try FileManager.default.removeItem(atPath: kit.bells)
        writer.ring(.ended)
        await recorder.wait(for: .ended)
        listener.close()
        writer.ring(.work)
        writer.close()
        #expect(recorder.rings == [.work, .ended])
    }
}
