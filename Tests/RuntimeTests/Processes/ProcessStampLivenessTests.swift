import Glibc
import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("Whether the process of a stamp lives", .timeLimit(.minutes(1)))
struct ProcessStampLivenessTests {
    private let here = ProcessStamp.current()

    private func stamp(
        boot: String? = nil, space: UInt64? = nil, pid: Int32? = nil, start: UInt64? = nil
    )
        -> ProcessStamp
    {
        ProcessStamp(
            bootID: boot ?? here.bootID, pidNamespace: space ?? here.pidNamespace, pid: pid ?? here.pid,
            startTime: start ?? here.startTime)
    }

    /// Runs until it is killed; the test reaps it.
    private func child() throws -> ProcessStamp {
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sleep"), strdup("60"), nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, "/bin/sleep", nil, nil, &words, environ) == 0)
        let start = try #require(ProcessTable.startTime(pid).flatMap(UInt64.init))
        return stamp(pid: pid, start: start)
    }

    @Test("this process is the one its stamp names")
    func current() throws {
        #expect(here.pid == getpid())
        #expect(String(here.startTime) == ProcessTable.startTime(getpid()))
        let boot = try #require(ProcessTable.readFile("/proc/sys/kernel/random/boot_id"))
        #expect(boot == here.bootID + "\n")
        #expect(here.isAlive() == true)
        #expect(ProcessStamp(text: here.description) == here)
    }

    @Test("a child lives, also when it is stopped; it is gone as soon as it is dead, and after it was reaped")
    func ends() throws {
        let stamp = try child()
        #expect(stamp.isAlive() == true)
        var status: Int32 = 0
        kill(stamp.pid, SIGSTOP)
        #expect(waitpid(stamp.pid, &status, WUNTRACED) == stamp.pid)
        #expect(status & 0xFF == 0x7F, "it is stopped")
        #expect(stamp.isAlive() == true)

        kill(stamp.pid, SIGKILL)
        var info = siginfo_t()
        #expect(waitid(P_PID, id_t(stamp.pid), &info, WEXITED | WNOWAIT) == 0)
        #expect(kill(stamp.pid, 0) == 0, "a zombie is still there")
        #expect(stamp.isAlive() == false)

        #expect(waitpid(stamp.pid, &status, 0) == stamp.pid)
        #expect(stamp.isAlive() == false)
    }

    @Test("a process of the same number that started at another time is another")
    func reused() {
        #expect(stamp(start: here.startTime + 1).isAlive() == false)
        #expect(stamp(start: here.startTime - 1).isAlive() == false)
    }

    @Test("a process of another boot is gone")
    func boot() {
        let other = stamp(boot: "00000000-0000-4000-8000-000000000000")
        #expect(other.isAlive() == false)
        #expect(stamp(boot: other.bootID, space: 1).isAlive() == false)
    }

    @Test("of another container, or without the fields to tell, nobody knows")
    func unknown() {
        #expect(stamp(space: here.pidNamespace + 1).isAlive() == nil)
        #expect(stamp(space: 0).isAlive(seenFrom: stamp(space: 0)) == nil)
        #expect(stamp(boot: "unknown").isAlive() == nil)
        #expect(here.isAlive(seenFrom: stamp(boot: "unknown")) == nil)
        #expect(stamp(boot: "unknown").isAlive(seenFrom: stamp(boot: "unknown")) == nil)
        #expect(stamp(start: 0).isAlive() == nil)
        #expect(stamp(pid: 0).isAlive() == nil)
        #expect(stamp(pid: -1).isAlive() == nil)
    }

    @Test("a boot id that a container made up is no sign of another boot, but tells its own processes")
    func localBoot() {
        let local = stamp(boot: "local-\(here.bootID)")
        #expect(local.isAlive() == nil)
        #expect(here.isAlive(seenFrom: local) == nil)
        #expect(local.isAlive(seenFrom: local) == true)
        #expect(stamp(boot: local.bootID, start: 1).isAlive(seenFrom: local) == false)
    }
}
