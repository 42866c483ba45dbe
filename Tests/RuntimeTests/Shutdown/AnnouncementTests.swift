import Glibc
import Testing

@testable import MainspringRuntime

@Suite("Announcements")
struct AnnouncementTests {
    @Test("long lists are cut and counted")
    func boundedLists() {
        let jobs = (1...12).map { "scan \($0)" }
        #expect(
            Announcement.killing(jobs: jobs).line
                == "Killed 12 jobs: scan 1, scan 2, scan 3, scan 4, scan 5 and 7 more")
    }

    @Test("the story is numbered, and what may happen at any time is not")
    func steps() {
        let laggard = Laggard(path: "feed", after: .seconds(1), wasKilled: true)
        let story: [(Announcement, Int?)] = [
            (.received(.asked), 1), (.quiet(jobs: [], services: []), 2), (.waiting(jobs: ["a"], upTo: .zero), 3),
            (.askedToStop(jobs: ["a"], upTo: .zero), 3), (.killing(jobs: ["a"]), 3),
            (.stoppingServices([], upTo: .zero), 4), (.serviceStopped("a", after: .zero), 4), (.serviceKilled("a"), 4),
            (.serviceAbandoned("a", after: .zero), 4), (.releasing(upTo: .zero), 5), (.closing, 5),
            (.blame(laggard), 6),
            (.finished(ShutdownResult(took: .zero, finished: 0, handedBack: 0, laggards: [], failure: nil)), 6),
            (.forcing(jobs: [], services: []), nil),
        ]
        for (announcement, step) in story { #expect(announcement.step == step, "\(announcement)") }
    }

    @Test("a terminal gets the step with each line")
    func terminal() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let announcer = TerminalAnnouncer(descriptor: ends[1])
        announcer.announce(.quiet(jobs: [], services: ["feed"]))
        announcer.announce(.forcing(jobs: [], services: ["feed"]))
        announcer.flush()
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        #expect(
            String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                == """
                [2/6] No new work is taken: no job runs, 1 service to stop.
                Forced: killing 0 jobs and 1 service now.

                """)
    }

    @Test("a laggard is told with its time and its place")
    func blame() {
        #expect(
            Announcement.blame(
                Laggard(path: "workers/feed", after: .milliseconds(5200), wasKilled: false, standing: "at a.swift:1\n")
            ).line == "Late: workers/feed was given up on and still runs after 5.2s; at a.swift:1␊")
    }

    @Test("no control character reaches the terminal")
    func controlCharacters() {
        #expect(
            Announcement.serviceStopped("fe\u{1B}[31med\n", after: .milliseconds(100)).line
                == "Stopped fe␛[31med␊ (100ms)")
    }
}
