import MainspringCore
import MainspringRuntime
import Testing

@Suite("The reporter of stopping services")
struct ServiceStopReporterTests {
    @Test("tells each end once, after the stop began, with its time")
    func tellsEnds() {
        let announcer = RecordingAnnouncer()
        let reporter = ServiceStopReporter(announcer: announcer)
        reporter.emit(.service(.stopping(service: "feed")))
        reporter.emit(.service(.stopped(service: "feed", after: .milliseconds(80))))
        #expect(announcer.lines.isEmpty)
        reporter.begin()
        reporter.emit(.service(.stopping(service: "feed")))
        reporter.emit(.service(.stopped(service: "feed", after: .milliseconds(120))))
        reporter.emit(.service(.killed(service: "bot")))
        reporter.emit(.service(.stopped(service: "bot", after: .milliseconds(5120))))
        reporter.emit(.service(.abandoned(service: "disk", after: .seconds(6), standing: nil)))
        reporter.emit(.service(.stopped(service: "never started", after: nil)))
        #expect(
            announcer.lines == [
                "Stopped feed (120ms)", "Killed bot: not gone in its time",
                "Gave up on disk after 6.0s: it still runs",
            ])
    }
}
