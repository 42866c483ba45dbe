import MainspringRuntime
import Testing

@Suite("Announcements")
struct AnnouncementTests {
    @Test("long lists are cut and counted")
    func boundedLists() {
        let jobs = (1...12).map { "scan \($0)" }
        #expect(
            Announcement.killing(jobs: jobs).line
                == "Killed 12 jobs: scan 1, scan 2, scan 3, scan 4, scan 5 and 7 more")
    }

    @Test("no control character reaches the terminal")
    func controlCharacters() {
        #expect(
            Announcement.serviceStopped("fe\u{1B}[31med\n", after: .milliseconds(100)).line
                == "Stopped fe␛[31med␊ (100ms)")
    }
}
