import Foundation
import MainspringCore
import Testing

@testable import MainspringSQLite

/// A database's place, empty, and what is in the folder beside it.
struct BellKit {
    let folder: TemporaryFolder
    let file: String

    init(_ path: String = "jobs.db") throws {
        folder = try TemporaryFolder()
        file = folder.file(path)
        let parent = URL(filePath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: file, contents: nil))
    }

    var bells: String { file + "-bells" }

    /// One for each socket.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: bells).sorted()) ?? [] }

    func listener(_ recorder: RingRecorder) throws -> Doorbell {
        try Doorbell(database: file) { recorder.record($0) }
    }

    /// Does what changes the folder, and makes it look as if nothing did, as changes within one tick of the clock may.
    func withinOneTick<Value>(_ body: () throws -> Value) throws -> Value {
        var status = stat()
        try #require(stat(bells, &status) == 0)
        let value = try body()
        let times = [status.st_atim, status.st_mtim]
        try #require(utimensat(AT_FDCWD, bells, times, 0) == 0)
        return value
    }
}
