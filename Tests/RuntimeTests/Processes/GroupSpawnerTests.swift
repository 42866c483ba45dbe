import Glibc
import MainspringCore
import MainspringRuntime
import MainspringTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct GroupSpawnerTests {
    let kit: ProcessKit

    init() throws { kit = try ProcessKit() }

    @Test("a command's outputs and its exit code arrive")
    func outputs() async throws {
        let child = try kit.shell("echo out; echo err >&2; exit 7")
        #expect(await child.process.waitUntilGone() == .code(7))
        #expect(child.output.text == "out\n")
        #expect(child.output.errorText == "err\n")
        #expect(!child.process.wasKilled)
    }

    @Test("the environment is exactly what was given")
    func environment() async throws {
        let child = try kit.start(["/usr/bin/env"], environment: ["B": "2", "A": "x y"])
        #expect(await child.process.waitUntilGone() == .code(0))
        #expect(Set(child.output.text.split(separator: "\n")) == ["A=x y", "B=2"])
    }

    @Test("a child has no blocked or ignored signals, though its parent has")
    func signals() async throws {
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGUSR1)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        defer { pthread_sigmask(SIG_UNBLOCK, &blocked, nil) }
        signal(SIGPIPE, SIG_IGN)
        let child = try kit.start(["/bin/grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"])
        #expect(await child.process.waitUntilGone() == .code(0))
        let masks = child.output.text.split(separator: "\n").map { $0.split(separator: "\t").last }
        #expect(masks == ["0000000000000000", "0000000000000000"])
    }

    @Test("a child leads a session and a group of its own, in its working directory")
    func session() async throws {
        let child = try kit.shell("pwd -P; cut -d' ' -f4-6 /proc/$$/stat")
        #expect(await child.process.waitUntilGone() == .code(0))
        let lines = child.output.text.split(separator: "\n")
        #expect(lines[0] == kit.folder)
        #expect(lines[1] == "\(getpid()) \(child.process.pid) \(child.process.pid)")
    }

    @Test("no descriptor of the parent reaches the child, close-on-exec or not")
    func descriptors() async throws {
        let leaky = open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        let child = try kit.start(["/bin/ls", "/proc/self/fd"])
        #expect(await child.process.waitUntilGone() == .code(0))
        // The fourth is the folder that ls itself has open.
        #expect(child.output.text.split(separator: "\n") == ["0", "1", "2", "3"])
    }

    @Test("standard input is delivered and then ends; without any it is empty")
    func input() async throws {
        #expect(try await kit.run("cat; echo end", input: "{\"a\":1}\n").output == "{\"a\":1}\nend\n")
        #expect(try await kit.run("cat; echo end").output == "end\n")
    }

    @Test("an input larger than a pipe arrives whole, and is no obstacle for a child that never reads it")
    func largeInput() async throws {
        let text = String(repeating: "x", count: 1 << 20)
        #expect(try await kit.run("wc -c", input: text).output.contains("1048576"))
        #expect(try await kit.run("exit 4", input: text).status == .code(4))
        #expect(try await kit.run("exec 0<&-; echo closed; exit 5", input: text).output == "closed\n")
    }

    @Test("a flood of output arrives whole and in order")
    func flood() async throws {
        let child = try kit.shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line$i; done")
        #expect(await child.process.waitUntilGone() == .code(0))
        #expect(child.output.text == (1...20_000).map { "line\($0)\n" }.joined())
    }

    @Test("background members of the group end with their leader, `set -m` ones too")
    func teardown() async throws {
        let child = try kit.shell(
            "sleep 1000 & echo $!; set -m; sleep 1001 & echo $!; sh -c 'sleep 1002 & echo $!; wait' & sleep 0.1; exit 0"
        )
        let pids = await child.output.lines(3).compactMap { Int32($0) }
        #expect(await child.process.waitUntilGone() == .code(0))
        #expect(pids.count == 3)
        #expect(pids.filter(ProcessTable.isAlive) == [])
        #expect(!child.process.wasKilled)
    }

    @Test("terminate ends the whole group, whatever the leader is doing, and a signal reaches it too")
    func terminate() async throws {
        let child = try kit.shell("sleep 1000 & echo $!; wait")
        let pid = try #require(Int32(await child.output.lines(1)[0]))
        child.process.terminate(signal: SIGTERM, grace: .seconds(60))
        #expect(await child.process.waitUntilGone() == .signal(SIGTERM))
        #expect(!ProcessTable.isAlive(pid))
        let other = try kit.shell("trap 'echo got; exit 3' USR1; echo up; while :; do sleep 0.01; done")
        _ = await other.output.lines(1)
        other.process.signal(SIGUSR1)
        // The signal reaches the shell's sleep as well, which it kills.
        #expect(await other.process.waitUntilGone() == .code(3))
    }

    @Test("a group that ignores TERM gets KILL when its grace is over, not before")
    func stubborn() async throws {
        let time = ManualTime()
        let kit = try ProcessKit(time: time)
        let child = try kit.shell("trap '' TERM; sleep 1000 & echo $!; wait")
        let pid = try #require(Int32(await child.output.lines(1)[0]))
        child.process.terminate(signal: SIGTERM, grace: .seconds(5))
        await time.timersPending()
        #expect(ProcessTable.isAlive(child.process.pid))
        time.advance(by: .seconds(5))
        let gone = Signal()
        let status = Task {
            defer { gone.notify() }
            return await child.process.waitUntilGone()
        }
        // The group is looked at again after a while when its last process is not reaped yet.
        let isGone = try await ProcessTable.eventually {
            time.advance(by: .milliseconds(100))
            return gone.isReached
        }
        #expect(isGone)
        #expect(await status.value == .signal(SIGKILL))
        #expect(!ProcessTable.isAlive(pid))
        #expect(child.process.wasKilled)
    }

    @Test("a process that left the group and holds its pipe open does not hold up the end")
    func heldPipe() async throws {
        let kit = try ProcessKit(leftoverGrace: .milliseconds(50))
        let child = try kit.shell("setsid sleep 1000 & echo $!; sleep 0.1; exit 2")
        let pid = try #require(Int32(await child.output.lines(1)[0]))
        #expect(await child.process.waitUntilGone() == .code(2))
        #expect(ProcessTable.isAlive(pid))
        kill(pid, SIGKILL)
    }

    @Test("a program that cannot be run is a clear error, and nothing stays behind")
    func refusals() async throws {
        let script = kit.write("#!/nowhere/interpreter -x\n", to: "file0")
        let plain = kit.write("echo\n", to: "file1", mode: 0o644)
        let text = kit.write("echo\n", to: "file2")
        mkdir(kit.folder + "/folder", 0o755)
        let cases: [([String], String)] = [
            ([], "the command is empty"),
            (["no-such-program"], "the program no-such-program was not found: PATH is /usr/bin:/bin"),
            (["/no/such"], "the program /no/such was not found: No such file"),
            (["./folder"], "is a directory"), ([plain], "is not executable"),
            ([script], "its interpreter /nowhere/interpreter does not exist"), ([text], "is not a program"),
            (["/bin/echo", String(repeating: "x", count: 4 << 20)], "are too long"), (["/bin/echo", "a\0b"], "NUL"),
        ]
        for (argv, words) in cases {
            let error = #expect(throws: MainspringError.self) { _ = try kit.start(argv) }
            #expect(error?.code == .spawnFailed)
            #expect(
                error?.description.contains(words) == true,
                "\(argv.first ?? "") gave \(error?.description ?? "nothing")")
        }
        var command = CommandSpec(argv: ["/bin/true"], environment: [:], workingDirectory: kit.folder + "/gone")
        #expect(throws: MainspringError.self) { _ = try kit.start(command) }
        command.workingDirectory = kit.folder
        command.environment = ["A=B": ""]
        #expect(throws: MainspringError.self) { _ = try kit.start(command) }
        #expect(kit.ledger.openGroups == 0)
    }

    @Test("a name is looked up in the child's own PATH, from its own folder")
    func lookup() async throws {
        _ = kit.write("#!/bin/sh\necho found\n", to: "file0")
        let child = try kit.start(["file0"], environment: ["PATH": "/nowhere:."])
        #expect(await child.process.waitUntilGone() == .code(0))
        #expect(child.output.text == "found\n")
    }
}
