import Glibc
import MainspringCore
import MainspringRuntime
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProcessLedgerTests {
    let kit: ProcessKit

    init() throws { kit = try ProcessKit() }

    private var lines: [String] {
        (ProcessTable.readFile(kit.ledgerPath) ?? "").split(separator: "\n").map(String.init)
    }

    private func append(_ text: String) {
        let file = open(kit.ledgerPath, O_WRONLY | O_APPEND | O_CLOEXEC)
        _ = write(file, text, text.utf8.count)
        close(file)
    }

    @Test("a child finds itself recorded, and is crossed out once its group is gone")
    func records() async throws {
        let child = try kit.shell("cat children; read line", input: nil)
        let pid = child.process.pid
        #expect(await child.process.waitUntilGone() == .code(1))
        let recorded = child.output.text.split(separator: "\n").last.map(String.init)
        #expect(recorded?.hasPrefix("+ \(pid) ") == true)
        #expect(lines.suffix(2) == [recorded, "- \(pid)"])
        #expect(kit.ledger.openGroups == 0)
    }

    @Test("the ledger is private, and starts with the boot it belongs to")
    func header() throws {
        var status = stat()
        #expect(stat(kit.ledgerPath, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let boot = try #require(ProcessTable.readFile("/proc/sys/kernel/random/boot_id")).prefix(36)
        #expect(lines.first?.hasPrefix("mainspring-children 1 \(boot) ") == true)
    }

    @Test("a sweep ends a leftover group with its background and `set -m` members, and says so")
    func sweep() async throws {
        let child = try kit.shell("sleep 1000 & echo $!; set -m; sleep 1001 & echo $!; trap '' TERM; wait")
        let members = await child.output.lines(2).compactMap { Int32($0) }
        let report = try ProcessLedger.sweep(kit.ledgerPath)
        #expect(report.killed == [child.process.pid])
        #expect((report.killedCount, report.survivors) == (1, 0))
        #expect(([child.process.pid] + members).filter(ProcessTable.isAlive) == [])
        #expect(await child.process.waitUntilGone() == .signal(SIGKILL))
        #expect(try ProcessLedger.sweep(kit.ledgerPath).killed == [])
    }

    @Test("a sweep ends what outlives its leader")
    func leaderless() async throws {
        let child = try kit.shell("setsid sh -c 'sleep 1000 & echo $$ $! $(cut -d\" \" -f22 /proc/$$/stat)' & wait")
        let ids = await child.output.lines(1)[0].split(separator: " ").compactMap { Int32($0) }
        #expect(try await ProcessTable.waitUntilDead([ids[0]]))
        append("\n+ \(ids[0]) \(ids[2])\n")
        #expect(try ProcessLedger.sweep(kit.ledgerPath).killed.contains(ids[0]))
        #expect(!ProcessTable.isAlive(ids[1]))
        _ = await child.process.waitUntilGone()
    }

    @Test("a sweep leaves alone a group of another start time, and one of another boot or container")
    func others() async throws {
        let other = try ProcessKit()
        let child = try other.shell("echo up; sleep 1000")
        _ = await child.output.lines(1)
        let pid = child.process.pid
        append("\n+ \(pid) 1\n")
        #expect(try ProcessLedger.sweep(kit.ledgerPath).killed == [])
        let start = try #require(ProcessTable.startTime(pid))
        let own = try #require(lines.first)
        let fields = own.split(separator: " ").map(String.init)
        for position in [2, 3] {
            var foreign = fields
            foreign[position] = position == 2 ? String(repeating: "0", count: 36) : "1"
            let path = kit.write(foreign.joined(separator: " ") + "\n+ \(pid) \(start)\n", to: "file0")
            #expect(try ProcessLedger.sweep(path).killed == [])
        }
        #expect(ProcessTable.isAlive(pid))
        // The same line in a ledger of this boot is a death sentence: the checks above did decide.
        let path = kit.write(own + "\n+ \(pid) \(start)\n", to: "file0")
        #expect(try ProcessLedger.sweep(path).killed == [pid])
        #expect(await child.process.waitUntilGone() == .signal(SIGKILL))
    }

    @Test(
        "torn and foreign lines are skipped, and hide no other",
        arguments: ["\n+ 12", "\n+ x y\n", "\n- ", "\n+ 1 1\n"])
    func torn(fragment: String) async throws {
        append(fragment)
        let child = try kit.shell("echo up; sleep 1000")
        _ = await child.output.lines(1)
        append(fragment)
        #expect(try ProcessLedger.sweep(kit.ledgerPath).killed == [child.process.pid])
        #expect(await child.process.waitUntilGone() == .signal(SIGKILL))
    }

    @Test("no ledger is nothing to do; a link in its place is refused")
    func missing() throws {
        #expect(try ProcessLedger.sweep(kit.folder + "/none").killedCount == 0)
        symlink(kit.ledgerPath, kit.folder + "/file3")
        #expect(throws: MainspringError.self) { try ProcessLedger.sweep(kit.folder + "/file3") }
    }

    @Test("a long ledger is written anew and keeps the groups that live")
    func compaction() async throws {
        let path = kit.folder + "/file4"
        let ledger = try ProcessLedger(path: path, compactionSize: ByteSize(bytes: 200))
        let spawner = try GroupSpawner(ledger: ledger, time: SystemTime())
        let command = CommandSpec(argv: ["/bin/sleep", "1000"], environment: [:], workingDirectory: "/")
        let lasting = try spawner.spawn(command) { _, _ in }
        for _ in 0..<40 {
            let short = CommandSpec(argv: ["/bin/true"], environment: [:], workingDirectory: "/")
            _ = try await spawner.spawn(short) { _, _ in }.waitUntilGone()
        }
        let text = try #require(ProcessTable.readFile(path))
        #expect(text.utf8.count < 500)
        #expect(try ProcessLedger.sweep(path).killed == [lasting.pid])
        #expect(await lasting.waitUntilGone() == .signal(SIGKILL))
    }
}
