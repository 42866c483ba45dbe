import Foundation
import MainspringCore
import Testing

@Suite("A store's file from the command line")
struct StoreFileTests {
    private func cli(_ arguments: String..., in folder: ScratchFolder) async throws -> CommandResult {
        try await Command.run(Binary.path, arguments, in: folder.path)
    }

    @Test("check and backup work beside a running node and without one, and the copy is a store")
    func backup() async throws {
        let folder = try ScratchFolder(config: "jobs: { quick: { exec: [\"true\"] } }\n")
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("quick", "--id", "one")["state"] == "completed")
        let beside = try await cli("store", "check", in: folder)
        #expect(beside.status == 0 && beside.output.isEmpty, "\(beside)")
        let copied = try await cli("store", "backup", "copy.db", in: folder)
        #expect(copied.status == 0, "\(copied)")
        #expect(copied.output == "\(folder.file("copy.db"))\n")
        let again = try await cli("store", "backup", "copy.db", in: folder)
        #expect(again.status == 1 && again.errors.contains("copy.db"), "\(again)")
        #expect(try await daemon.stop() == 0)
        #expect(try await cli("store", "check", in: folder).status == 0)
        #expect(try await cli("store", "check", "copy.db", in: folder).status == 0)
        let other = try ScratchFolder(config: "store: sqlite:\(folder.file("copy.db"))\n")
        let reader = try await Daemon.start(in: other)
        #expect(try await reader.job("one")["state"] == "completed")
        #expect(try await reader.stop() == 0)
    }

    @Test("a file that is none, or no database, exits 74 and is left as it is")
    func unreadable() async throws {
        let folder = try ScratchFolder()
        #expect(try await cli("store", "check", "none.db", in: folder).status == 74)
        #expect(try await cli("store", "backup", "copy.db", "--from", "none.db", in: folder).status == 74)
        #expect(!folder.exists("none.db") && !folder.exists("copy.db"))
        try folder.write("text.db", String(repeating: "this is no database\n", count: 400))
        let before = folder.read("text.db")
        let checked = try await cli("store", "check", "text.db", in: folder)
        #expect(checked.status == 74, "\(checked)")
        #expect(folder.read("text.db") == before)
    }

    @Test("damage inside is printed line by line, and exits 1 or 74")
    func damaged() async throws {
        let folder = try ScratchFolder(config: "jobs: { quick: { exec: [\"true\"], args: { t: string } } }\n")
        let daemon = try await Daemon.start(in: folder)
        let text = String(repeating: "x", count: 2000)
        let jobs = (0..<200).map {
            JSONValue.object(["kind": "quick", "in": "1h", "args": ["t": .string("\($0)\(text)")]])
        }
        #expect(
            try await RawHTTP.request(
                port: daemon.port, "POST", "/v1/jobs", body: JSONValue.array(jobs).compactText
            ).status == 201)
        #expect(try await daemon.stop() == 0)
        let path = folder.file(".mainspring/jobs.db")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.count > 100 * 4096)
        for page in 40..<60 {
            bytes.replaceSubrange(page * 4096..<page * 4096 + 64, with: Data(repeating: 0xA5, count: 64))
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        let checked = try await cli("store", "check", in: folder)
        #expect(checked.status == 1 || checked.status == 74, "\(checked)")
        #expect(!(checked.output + checked.errors).isEmpty)
    }
}
