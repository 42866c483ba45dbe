import MainspringCore
import MainspringRuntime
import MainspringTesting
import Testing

@Suite("The reporter of stopping services")
struct ServiceStopReporterTests {
    @Test("tells each end once the stop began, with its time")
    func tellsEnds() {
        let time = ManualTime()
        let announcer = RecordingAnnouncer()
        let reporter = ServiceStopReporter(announcer: announcer, time: time)
        reporter.emit(.service(.stopping(service: "feed")))
        reporter.emit(.service(.stopped(service: "feed")))
        #expect(announcer.lines.isEmpty)
        reporter.begin()
        reporter.emit(.service(.stopping(service: "feed")))
        reporter.emit(.service(.stopping(service: "bot")))
        time.advance(by: .milliseconds(120))
        reporter.emit(.service(.stopped(service: "feed")))
        time.advance(by: .seconds(5))
        reporter.emit(.service(.killed(service: "bot")))
        reporter.emit(.service(.stopped(service: "bot")))
        #expect(announcer.lines == ["Stopped feed (120ms)", "Killed bot: not gone after 5.1s"])
    }
}
