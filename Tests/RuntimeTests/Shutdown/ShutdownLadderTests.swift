import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The shutdown ladder")
struct ShutdownLadderTests {
    @Test("with nothing running the node is down at once, exit 0")
    func nothingRunning() {
        let rig = ShutdownRig()
        rig.ladder.handle(signal: SIGTERM)
        #expect(rig.node.calls == ["quiesce", "stop services 25s", "release 25s", "close"])
        #expect(rig.code == 0)
        #expect(
            rig.announcer.lines == [
                "SIGTERM: stopping in order. A second signal forces.",
                "No new work is taken: no job runs, 0 services to stop.", "Closing the listener and the store",
                "Stopped cleanly in 0ms.",
            ])
    }

    @Test("jobs that end within the grace are not asked to stop")
    func jobsDrain() {
        let rig = ShutdownRig(jobs: ["scan 1", "scan 2"], services: ["feed"])
        rig.ladder.handle(signal: SIGINT)
        rig.time.advance(by: .milliseconds(500))
        rig.node.end("scan 1")
        rig.time.advance(by: .seconds(1))
        #expect(rig.node.calls == ["quiesce"])
        rig.node.end("scan 2")
        #expect(rig.node.calls == ["quiesce", "stop services 23s500ms"])
        #expect(rig.result.value == nil)
        rig.node.servicesGone()
        #expect(rig.node.calls.last == "close")
        #expect(rig.code == 0)
        #expect(
            rig.announcer.lines == [
                "Ctrl-C (SIGINT): stopping in order. Ctrl-C again to force.",
                "No new work is taken: 2 jobs running (scan 1, scan 2), 1 service to stop.",
                "Waiting up to 18s for 2 jobs: scan 1, scan 2", "Waiting up to 17s for 1 job: scan 2",
                "Stopping 1 service, up to 23s: feed", "Closing the listener and the store",
                "Stopped cleanly in 1.5s: 2 jobs finished.",
            ])
    }

    @Test("jobs that outlast the grace are asked to stop and handed back, exit 0")
    func jobsNeedCancel() {
        let rig = ShutdownRig(jobs: ["report 1", "scan 2"])
        rig.ladder.handle(signal: SIGTERM)
        rig.time.advance(by: .seconds(2))
        rig.node.end("scan 2")
        rig.time.advance(by: .seconds(16))
        #expect(rig.node.calls == ["quiesce", "cancel jobs"])
        rig.node.end("report 1", handedBack: true)
        #expect(rig.code == 0)
        #expect(rig.announcer.lines.contains("Asked 1 job to stop, up to 7.0s: report 1"))
        #expect(rig.announcer.lines.last == "Stopped cleanly in 18s: 1 job finished, 1 handed back.")
    }

    @Test("jobs that outlast cancel too are killed and named, exit 124")
    func jobsNeedKill() {
        let rig = ShutdownRig(jobs: ["report 1"], services: ["feed"])
        rig.ladder.handle(signal: SIGTERM)
        rig.time.advance(by: .seconds(25))
        #expect(rig.node.calls == ["quiesce", "cancel jobs", "kill jobs"])
        rig.node.end("report 1", handedBack: true)
        #expect(rig.node.calls.last == "stop services 5s")
        rig.node.servicesGone()
        #expect(rig.code == 124)
        #expect(rig.killed == ["report 1"] && rig.abandoned == [])
        #expect(
            rig.announcer.lines.suffix(2) == [
                "Late: report 1 was killed after 25s",
                "Stopped in 25s, not cleanly: 1 job handed back; killed report 1. Exit 124.",
            ])
    }

    @Test("a job that even KILL does not end is given up on and named, exit 124")
    func jobAbandoned() {
        let rig = ShutdownRig(jobs: ["report 1"])
        rig.ladder.handle(signal: SIGTERM)
        rig.time.advance(by: .seconds(26))
        #expect(rig.node.calls == ["quiesce", "cancel jobs", "kill jobs", "stop services 5s", "release 1s", "close"])
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["report 1"] && rig.killed == [])
        #expect(rig.announcer.lines.contains("Late: report 1 was given up on and still runs after 26s"))
    }

    @Test("a second signal kills everything at once and closes, exit 124")
    func secondSignal() {
        let rig = ShutdownRig(jobs: ["report 1"], services: ["feed"])
        rig.ladder.handle(signal: SIGINT)
        rig.time.advance(by: .seconds(1))
        rig.ladder.handle(signal: SIGINT)
        #expect(rig.node.calls == ["quiesce", "kill services", "kill jobs"])
        rig.node.end("report 1", handedBack: true)
        #expect(rig.node.calls.last == "stop services 0s")
        rig.node.servicesGone(killed: ["feed"])
        #expect(rig.code == 124)
        #expect(rig.killed == ["report 1", "feed"] && rig.abandoned == [])
        #expect(rig.node.calls.suffix(2) == ["release 1s", "close"])
        #expect(rig.announcer.lines.contains("Forced: killing 1 job and 1 service now."))
    }

    @Test("a second signal while services stop kills them, and a third changes nothing")
    func secondSignalLate() {
        let rig = ShutdownRig(services: ["feed"])
        rig.ladder.handle(signal: SIGTERM)
        rig.ladder.handle(signal: SIGINT)
        rig.ladder.handle(signal: SIGINT)
        #expect(rig.node.calls == ["quiesce", "stop services 25s", "kill services"])
        rig.node.servicesGone(killed: ["feed"])
        #expect(rig.code == 124)
        #expect(
            rig.announcer.lines == [
                "SIGTERM: stopping in order. A second signal forces.",
                "No new work is taken: no job runs, 1 service to stop.", "Stopping 1 service, up to 25s: feed",
                "Forced: killing 0 jobs and 1 service now.", "Closing the listener and the store",
                "Late: feed was killed after 0ms", "Stopped in 0ms, not cleanly: killed feed. Exit 124.",
            ])
    }

    @Test("being asked again, without a signal, does not force")
    func askedTwice() {
        let rig = ShutdownRig(jobs: ["report 1"])
        rig.ladder.stop(.asked)
        rig.ladder.stop(.asked)
        rig.ladder.stop(.failure("the disk is gone"))
        #expect(rig.node.calls == ["quiesce"])
        rig.node.end("report 1")
        #expect(rig.code == 0)
    }

    @Test("a node that never answers is left by the deadline, exit 124")
    func neverAnswers() {
        let rig = ShutdownRig(jobs: ["report 1"], services: ["feed"])
        rig.ladder.handle(signal: SIGTERM)
        rig.node.fallSilent()
        rig.time.advance(by: .seconds(31))
        #expect(rig.result.value == nil)
        rig.time.advance(by: .seconds(1))
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["report 1", "feed"])
    }

    @Test("a node that answers nothing at all is left by the deadline too")
    func neverAnswersFromTheStart() {
        let rig = ShutdownRig(jobs: ["report 1"], policy: ShutdownPolicy(grace: .seconds(1), cancel: .seconds(1)))
        rig.node.fallSilent()
        rig.ladder.handle(signal: SIGTERM)
        rig.time.advance(by: .seconds(9))
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["jobs", "services"])
    }

    @Test("hooks and resources come after the services and before the store, with what time is left")
    func releases() {
        let rig = ShutdownRig(services: ["feed"])
        rig.node.neverRelease()
        rig.ladder.handle(signal: SIGTERM)
        rig.time.advance(by: .seconds(10))
        rig.node.servicesGone()
        #expect(rig.node.calls == ["quiesce", "stop services 25s", "release 15s"])
        rig.node.released(late: [])
        #expect(rig.node.calls.last == "close")
        #expect(rig.code == 0)
    }

    @Test("a hook that was late is named, exit 124, and what follows it is done all the same")
    func lateHook() {
        let rig = ShutdownRig()
        rig.node.neverRelease()
        rig.ladder.handle(signal: SIGTERM)
        rig.node.released(late: [
            Laggard(path: "hook flush", after: .seconds(3), wasKilled: false, standing: "declared at Bot/Main.swift:9")
        ])
        #expect(rig.node.calls.last == "close")
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["hook flush"])
        #expect(
            rig.announcer.lines.contains(
                "Late: hook flush was given up on and still runs after 3.0s; declared at Bot/Main.swift:9"))
    }

    @Test("hooks that never end are cut short, and the store is closed all the same")
    func neverReleases() {
        let rig = ShutdownRig(policy: ShutdownPolicy(grace: .seconds(1), cancel: .seconds(1)))
        rig.node.neverRelease()
        rig.ladder.handle(signal: SIGTERM)
        #expect(rig.node.calls.last == "release 2s")
        rig.time.advance(by: .seconds(3))
        #expect(rig.node.calls.last == "close")
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["hooks and resources"])
        rig.node.released(late: [Laggard(path: "too late", after: .zero, wasKilled: false)])
        #expect(rig.abandoned == ["hooks and resources"])
    }

    @Test("closing that never ends is cut short, exit 124")
    func neverCloses() {
        let rig = ShutdownRig()
        rig.node.neverClose()
        rig.ladder.handle(signal: SIGTERM)
        #expect(rig.node.calls.last == "close")
        #expect(rig.result.value == nil)
        // What the jobs did not need.
        rig.time.advance(by: .milliseconds(24_999))
        #expect(rig.code == nil)
        rig.time.advance(by: .milliseconds(1))
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["closing the store"])
    }

    @Test("closing gets two seconds, though the jobs left nothing or the stop is forced", arguments: [false, true])
    func leastForClosing(isForced: Bool) {
        let rig = ShutdownRig(policy: ShutdownPolicy(grace: isForced ? .seconds(18) : .zero, cancel: .zero))
        rig.node.neverClose()
        rig.ladder.handle(signal: SIGTERM)
        if isForced { rig.ladder.handle(signal: SIGTERM) }
        rig.time.advance(by: .milliseconds(1_999))
        #expect(rig.code == nil)
        rig.time.advance(by: .milliseconds(1))
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["closing the store"])
    }

    @Test("services that had to be killed are named, exit 124")
    func servicesKilled() {
        let rig = ShutdownRig(services: ["feed", "bot"])
        rig.ladder.handle(signal: SIGTERM)
        rig.node.servicesGone(killed: ["bot"])
        #expect(rig.code == 124)
        #expect(rig.killed == ["bot"])
        #expect(rig.announcer.lines.last == "Stopped in 0ms, not cleanly: killed bot. Exit 124.")
    }

    @Test("only the services that are still there when their time is up are given up on")
    func servicesAbandoned() {
        let rig = ShutdownRig(services: ["feed", "bot"])
        rig.ladder.handle(signal: SIGTERM)
        rig.node.end(service: "bot")
        rig.time.advance(by: .seconds(26))
        #expect(rig.code == 124)
        #expect(rig.abandoned == ["feed"])
    }

    @Test("after a fatal error the stop is the same, exit 1")
    func failure() {
        let rig = ShutdownRig()
        rig.ladder.stop(.failure("the store is corrupt"))
        #expect(rig.code == 1)
        #expect(rig.announcer.lines.first == "A fatal error (the store is corrupt): stopping in order.")
    }

    @Test("the drained notice before the stop means nothing")
    func earlyNotice() {
        let rig = ShutdownRig(jobs: ["report 1"])
        rig.ladder.jobsDrained()
        rig.ladder.handle(signal: SIGTERM)
        #expect(rig.node.calls == ["quiesce"])
    }

    @Test("cancelled, jobs get no time to end by themselves, and everything together the time of a cancel")
    func cancelled() {
        let rig = ShutdownRig(jobs: ["report 1"], services: ["feed"])
        rig.ladder.stop(.cancelled)
        #expect(rig.node.calls == ["quiesce", "cancel jobs"])
        rig.time.advance(by: .seconds(1))
        rig.node.end("report 1", handedBack: true)
        #expect(rig.node.calls.last == "stop services 6s")
        rig.node.servicesGone()
        #expect(rig.node.calls.contains("release 6s"))
        #expect(rig.code == 0)
        #expect(rig.announcer.lines.first == "Cancelled: stopping in order.")
    }

    @Test("a cancellation cuts the time of a stop that has begun")
    func cancelledLater() {
        let rig = ShutdownRig(jobs: ["report 1"])
        rig.ladder.stop(.asked)
        rig.time.advance(by: .seconds(3))
        #expect(rig.node.calls == ["quiesce"])
        rig.ladder.stop(.cancelled)
        #expect(rig.node.calls == ["quiesce", "cancel jobs"])
        rig.node.end("report 1", handedBack: true)
        #expect(rig.node.calls.contains("stop services 7s"))
        #expect(rig.code == 0)
    }

    @Test("what failed on the way down is the reason of the end, exit 1")
    func failureOnTheWay() {
        let rig = ShutdownRig()
        rig.node.fail("the shutdown hook flush failed: broken")
        rig.ladder.handle(signal: SIGTERM)
        #expect(rig.code == 1)
        #expect(
            rig.announcer.lines.last
                == "Stopped in 0ms, not cleanly: fatal error: the shutdown hook flush failed: broken. Exit 1.")
    }
}
