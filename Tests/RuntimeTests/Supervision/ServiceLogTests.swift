import Dispatch
import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The log of a service")
struct ServiceLogTests {
    @Test("a line split over chunks is one line, and both line ends end it")
    func chunks() {
        var splitter = LineSplitter()
        #expect(splitter.append(Array("one\r\ntw".utf8)) == ["one"])
        #expect(splitter.append(Array("o\n\nthree".utf8)) == ["two", ""])
        #expect(splitter.finish() == "three")
        #expect(splitter.finish() == nil)
    }

    @Test("a long line is cut and says so, and the next one is whole")
    func longLine() {
        var splitter = LineSplitter()
        var lines: [String] = []
        for _ in 0..<10 { lines += splitter.append([UInt8](repeating: UInt8(ascii: "x"), count: 5000)) }
        lines += splitter.append(Array("\nnext\n".utf8))
        #expect(lines == [String(repeating: "x", count: LineSplitter.limit) + " … (line cut)", "next"])
    }

    @Test("control characters and broken UTF-8 are made visible")
    func harmless() {
        var splitter = LineSplitter()
        #expect(splitter.append([0x1B, 0x5B, 0x32, 0x4A, 0x09, 0xFF, 0x0A]) == ["␛[2J\t\u{FFFD}"])
    }

    @Test("the tail is bounded by lines and by bytes")
    func boundedTail() {
        var tail = LogTail()
        for number in 0..<5000 { tail.append("\(number)") }
        #expect(tail.last(10_000) == (4000..<5000).map(String.init))
        #expect(tail.last(2) == ["4998", "4999"])
        #expect(tail.last(-1).isEmpty)
        let wide = String(repeating: "x", count: 8 * 1024)
        for _ in 0..<100 { tail.append(wide) }
        #expect(tail.last(10_000).count == 32)
    }

    @Test("the file is rotated at its limit, private, and keeps one old file")
    func rotation() throws {
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let file = RotatingLogFile(folder: folder, name: "feed.log", limit: 100, queue: DispatchQueue(label: "test"))
        for number in 0..<20 {
            file.write(["line \(number) of the service\n"])
            file.flush()
        }
        #expect(
            read(folder + "/feed.log")
                == "line 16 of the service\nline 17 of the service\nline 18 of the service\nline 19 of the service\n")
        #expect(read(folder + "/feed.log.1")?.hasPrefix("line 12 of") == true)
        var status = stat()
        #expect(stat(folder + "/feed.log", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(file.droppedLines == 0)
    }

    @Test("a link in place of the file is never followed; the lines are counted as dropped")
    func noLinks() throws {
        let folder = try temporaryFolder()
        defer { remove(folder) }
        #expect(symlink(folder + "/target", folder + "/feed.log") == 0)
        let file = RotatingLogFile(folder: folder, name: "feed.log", limit: 100, queue: DispatchQueue(label: "test"))
        file.write(["one\n", "two\n"])
        file.flush()
        #expect(read(folder + "/target") == nil)
        #expect(file.droppedLines == 2)
        unlink(folder + "/feed.log")
        file.write(["three\n"])
        file.flush()
        #expect(read(folder + "/feed.log") == "(2 lines dropped)\nthree\n")
    }

    @Test("a service's lines reach its file with their time")
    func serviceFile() throws {
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let time = ManualTime()
        let logs = ServiceLogs(folder: folder + "/logs", services: 1, time: time)
        #expect(logs["feed"] == nil)
        let log = logs.log(of: "feed")
        log.append(Array("ready\n".utf8), from: .standardOutput)
        log.flush()
        #expect(read(folder + "/logs/feed.log") == "\(time.now().rfc3339) ready\n")
    }

    private func temporaryFolder() throws -> String {
        var template = Array("/tmp/mainspring-logs-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func remove(_ folder: String) {
        for name in ["feed.log", "feed.log.1", "target", "logs/feed.log"] { unlink("\(folder)/\(name)") }
        rmdir(folder + "/logs")
        rmdir(folder)
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
