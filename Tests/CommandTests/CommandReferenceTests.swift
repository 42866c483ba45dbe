import Glibc
import Testing

@testable import MainspringCommands

@Suite("The reference of the command line")
struct CommandReferenceTests {
    @Test("docs/cli.md is what the commands' help says")
    func reference() throws {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/docs/cli.md"
        let text = CommandReference.text
        if getenv("MAINSPRING_REGENERATE") != nil { try write(text, to: path) }
        #expect(read(path) == text, "regenerate it with MAINSPRING_REGENERATE=1")
    }

    private struct Failure: Error { let code: Int32 }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure(code: errno) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw Failure(code: errno) }
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
