import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("The command line against a node")
struct CommandLineTests {
    private static let config = """
        jobs:
          add: { exec: ["./add.sh"], args: { a: integer, b: integer }, result: json }
          fail: { exec: ["false"], retry: { max: 1 } }
          nap: { exec: ["sleep", "600"], unique: {} }
        """

    private static let scripts = [
        "add.sh": "#!/bin/sh\nread -r l\nset -- $(echo \"$l\" | tr -dc '0-9,\\n-' | tr , ' ')\necho $(($1 + $2))\n"
    ]

    @Test("add, wait, ls, show, logs, cancel and retry, with their exit codes")
    func commands() async throws {
        let folder = try ScratchFolder(config: Self.config, scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        let added = try await daemon.cli("job", "add", "add", "a=2", "b=40", "--wait", "20s")
        #expect(added.status == 0)
        #expect(added.output.contains("42"))
        #expect(try await daemon.cli("job", "add", "fail", "--wait", "20s").status == 12)
        #expect(try await daemon.cli("job", "add", "nap", "--wait", "300ms").status == 124)
        #expect(try await daemon.cli("job", "add", "add", "a=2").status == 64)
        #expect(try await daemon.cli("job", "show", "no-such-job").status == 1)

        let running = try JSONParser.parse(try await daemon.cli("job", "ls", "kind:nap", "-o", "json").output)
        let id = try #require((running["data"] ?? running)[0]?["id"]?.string)
        let duplicate = try await daemon.cli("job", "add", "nap", "-o", "json")
        #expect(try JSONParser.parse(duplicate.output)["duplicate"] == true)
        #expect(try await daemon.cli("job", "cancel", id).status == 0)
        #expect(try await daemon.cli("job", "wait", id).status == 11)
        #expect(try await daemon.job(id)["state"] == "cancelled")
        #expect(try await daemon.cli("job", "retry", id).status == 0)
        #expect(try await daemon.cli("job", "cancel", id).status == 0)

        let waiting = try await daemon.cli("job", "add", "add", "a=1", "b=1", "--in", "1h", "--id", "later-1")
        #expect(waiting.status == 0)
        #expect(try await daemon.job("later-1")["state"] == "scheduled")
        #expect(try await daemon.cli("job", "cancel", "later-1").status == 0)
        #expect(try await daemon.cli("job", "wait", "later-1").status == 11)
        #expect(try await daemon.stop() == 0)
        let port = try #require(DeafPort())
        let url = "http://127.0.0.1:\(port.number)"
        #expect(try await Command.run(Binary.path, ["job", "ls", "--url", url], in: folder.path).status == 69)
        #expect(try await Command.run(Binary.path, ["job", "ls"], in: folder.path).status == 3)
    }

    @Test("the node is found from its folder, without a URL")
    func discovery() async throws {
        let folder = try ScratchFolder(config: Self.config, scripts: Self.scripts)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await Command.run(Binary.path, ["queue", "ls"], in: folder.path).status == 0)
        #expect(
            try await Command.run(Binary.path, ["queue", "ls", "--state", folder.file(".mainspring")], in: "/").status
                == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test("init writes a configuration that runs")
    func initialise() async throws {
        let folder = try ScratchFolder()
        #expect(try await Command.run(Binary.path, ["init", "."], in: folder.path).status == 0)
        #expect(try await Command.run(Binary.path, ["config", "check"], in: folder.path).status == 0)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.get("/livez").status == 200)
        #expect(try await daemon.stop() == 0)
        #expect(try await Command.run(Binary.path, ["init", "."], in: folder.path).status != 0)
    }
}
