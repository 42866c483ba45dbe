import Foundation
import MainspringCore
import Testing

@testable import MainspringSQLite

@Suite("Doorbells of two processes", .timeLimit(.minutes(1)))
struct DoorbellProcessTests {
    private let kit: BellKit

    init() throws { kit = try BellKit() }

    /// Rings `control` once it listens, and then whatever it hears.
    private func echo() throws -> pid_t {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "StoreCrashProbe"
        ).path
        var words = [program, kit.file, "echo"].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, program, nil, nil, &words, environ) == 0)
        return pid
    }

    @Test("they wake each other; and of one that was killed nothing stays, though its child lives")
    func wake() async throws {
        let recorder = RingRecorder()
        let bell = try kit.listener(recorder)
        let process = try echo()
        defer { kill(process, SIGKILL) }
        await recorder.wait(for: .control)
        bell.ring(.ended)
        await recorder.wait(for: .ended)
        #expect(recorder.rings == [.control, .ended])
        #expect(kit.names.count == 2)

        kill(process, SIGKILL)
        var status: Int32 = 0
        #expect(waitpid(process, &status, 0) == process)
        #expect(kit.names.count == 2, "it could not clear up")
        bell.ring(.work)
        #expect(kit.names.count == 1)

        // One that comes later finds what is left of a process that it never knew.
        bell.close()
        let late = RingRecorder()
        let second = try kit.listener(late)
        let other = try echo()
        defer { kill(other, SIGKILL) }
        await late.wait(for: .control)
        kill(other, SIGKILL)
        #expect(waitpid(other, &status, 0) == other)
        second.close()
        let third = try kit.listener(RingRecorder())
        #expect(kit.names.count == 1, "its greeting is a ring")
        third.close()
    }
}
