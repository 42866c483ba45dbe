import Foundation
import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import Testing

@Suite("A backup of a store")
struct BackupTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    @Test("is whole and of one moment while others write, and only its user can read it")
    func whileWriting() async throws {
        let store = try SQLiteJobStore(path: kit.file, durability: .normal)
        let other = try SQLiteJobStore(path: kit.file, durability: .normal)
        _ = try await store.insert((0..<500).map { [kit.job("first-\($0)")] }, now: FileKit.at(0))
        let copy = kit.folder.file("copy.db")
        try await withThrowingTaskGroup { group in
            group.addTask { [kit] in
                // Two jobs of one group stand for one moment.
                for number in 0..<200 {
                    _ = try await other.insert([[kit.job("a-\(number)"), kit.job("b-\(number)")]], now: FileKit.at(0))
                }
            }
            group.addTask { try await store.backup(to: copy) }
            try await group.waitForAll()
        }
        try await other.close()
        try await store.close()

        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
        #expect(try names().contains { $0.hasPrefix("copy.db-") } == false)
        #expect(try await SQLiteStoreFile.check(path: copy) == [])
        let restored = try SQLiteJobStore(path: copy)
        let count = try #require(try await restored.queues().first?.counts[.available])
        #expect(count >= 500 && count % 2 == 0)
        #expect(try await kit.claim(restored, 10).count == 10)
        try await restored.close()
    }

    @Test("is not made over a file, and leaves nothing where it cannot be made")
    func refused() async throws {
        let store = try SQLiteJobStore(path: kit.file)
        let taken = kit.folder.file("taken")
        try "mine".write(toFile: taken, atomically: false, encoding: .utf8)
        #expect(await kit.code { try await store.backup(to: taken) } == .conflict)
        #expect(try String(contentsOfFile: taken, encoding: .utf8) == "mine")
        #expect(await kit.code { try await store.backup(to: kit.file) } == .conflict)
        #expect(await kit.code { try await store.backup(to: kit.folder.file("none/copy.db")) } == .storeReadOnly)
        try await store.close()
        #expect(try Set(names()) == ["jobs.db", "jobs.db-bells", "taken"])
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: kit.folder.path) }
}
