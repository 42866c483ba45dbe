import Glibc
import MainspringCore
import MainspringRuntime
import Testing

@Suite(.timeLimit(.minutes(1))) struct WardenTests {
    let kit: ProcessKit

    init() throws { kit = try ProcessKit() }

    /// Beside the test program.
    private var probe: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/WardenProbe"
    }

    @Test("when a node is killed, its warden ends every group it had, and then itself", arguments: [SIGKILL, SIGTERM])
    func death(by signal: Int32) async throws {
        let path = kit.folder + "/file0"
        let script =
            "trap '' TERM HUP; sleep 1000 & echo $$; echo $!; set -m; "
            + "sh -c 'trap \"\" TERM; echo $$; sleep 1001' & wait"
        let node = try kit.start([probe, path, script])
        let lines = await node.output.lines(4)
        let warden = try #require(lines.compactMap { $0.hasPrefix("warden ") ? Int32($0.dropFirst(7)) : nil }.first)
        let members = lines.compactMap { Int32($0) }
        #expect(members.count == 3)
        #expect((members + [warden]).allSatisfy(ProcessTable.isAlive))
        #expect(ProcessTable.readFile("/proc/\(warden)/comm") == "mspr-warden\n")
        // Whoever tidies a terminal away does not take the warden along.
        for ignored in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { kill(warden, ignored) }
        kill(node.process.pid, signal)
        #expect(await node.process.waitUntilGone() == .signal(signal))
        #expect(try await ProcessTable.waitUntilDead(members))
        #expect(try await ProcessTable.waitUntilDead([warden]))
    }

    @Test("a warden leaves alone the ledger of a later run")
    func laterRun() async throws {
        let path = kit.folder + "/file0"
        let node = try kit.start([probe, path, "echo up; sleep 1000"])
        let warden = try #require(
            await node.output.lines(2).compactMap { $0.hasPrefix("warden ") ? Int32($0.dropFirst(7)) : nil }.first)
        // This process takes over, as the next run does.
        _ = try ProcessLedger.sweep(path)
        let ledger = try ProcessLedger(path: path)
        let command = CommandSpec(argv: ["/bin/sleep", "1000"], environment: [:], workingDirectory: "/")
        let child = try GroupSpawner(ledger: ledger, time: SystemTime()).spawn(command) { _, _ in }
        let before = ProcessTable.readFile(path)
        kill(node.process.pid, SIGKILL)
        _ = await node.process.waitUntilGone()
        #expect(try await ProcessTable.waitUntilDead([warden]))
        #expect(ProcessTable.isAlive(child.pid))
        #expect(ProcessTable.readFile(path) == before)
        child.terminate(signal: SIGKILL, grace: .zero)
        #expect(await child.waitUntilGone() == .signal(SIGKILL))
    }

    @Test("a released warden ends what is recorded, and holds none of its parent's files")
    func release() async throws {
        let warden = try Warden.start(ledgerPath: kit.ledgerPath)
        let child = try kit.shell("echo up; sleep 1000")
        _ = await child.output.lines(1)
        #expect(try await ProcessTable.eventually { access("/proc/\(warden.pid)/fd/2", F_OK) != 0 })
        #expect(access("/proc/\(warden.pid)/fd/0", F_OK) == 0)
        warden.release()
        #expect(await child.process.waitUntilGone() == .signal(SIGKILL))
        var status: Int32 = 0
        #expect(waitpid(warden.pid, &status, 0) == warden.pid)
        #expect(status == 0)
    }
}
