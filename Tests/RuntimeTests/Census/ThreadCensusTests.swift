import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The census of threads")
struct ThreadCensusTests {
    @Test(
        "a name tells whose a thread is",
        arguments: [
            ("mspr-heart", ThreadOwner.mainspring), ("mspr-children", .mainspring),
            // Seen on Linux: the ends of com.apple.root.default-qos and its like.
            ("oot.default-qos", .pool), ("r-initiated-qos", .pool), ("oot.utility-qos", .pool),
            (".background-qos", .pool), ("-qos.overcommit", .dispatch), ("ispatch-manager", .dispatch),
            ("NIO-SGLTN-1-#1", .eventLoop(group: "NIO-SGLTN-1")), ("NIO-ELT-3-#0", .eventLoop(group: "NIO-ELT-3")),
            ("NIO-ELT-12345-#", .eventLoop(group: "NIO-ELT-12345")), ("SGLTN-TP-#2", .blockingCalls),
            ("TP-#0", .blockingCalls), ("mainspring", .unknown), ("", .unknown), ("NIO-", .unknown),
        ])
    func owners(name: String, owner: ThreadOwner) {
        #expect(ThreadOwner(name: name) == owner)
    }

    @Test("the process's own group is no finding, any further one is") func groups() {
        let one = census(["NIO-SGLTN-1-#0", "NIO-SGLTN-1-#1", "oot.default-qos"])
        #expect(one.eventLoopGroups == ["NIO-SGLTN-1": 2])
        #expect(one.findings.isEmpty)
        #expect(census(["NIO-ELT-1-#0"]).findings.isEmpty)
        let three = census(["NIO-ELT-2-#0", "NIO-ELT-2-#1", "NIO-SGLTN-1-#0", "NIO-ELT-3-#0"])
        #expect(three.eventLoopGroups == ["NIO-SGLTN-1": 1, "NIO-ELT-2": 2, "NIO-ELT-3": 1])
        #expect(three.findings.count == 2)
        #expect(three.findings[0].hasPrefix("a second event-loop group: NIO-ELT-2, 2 threads"))
        #expect(three.findings[1].hasPrefix("a second event-loop group: NIO-ELT-3, 1 thread;"))
    }

    @Test("the list is bounded, what is left out is counted, and groups are counted whole") func bounded() {
        let census = census(Array(repeating: "NIO-SGLTN-1-#1", count: 1500))
        #expect(census.threads.count == ThreadCensus.limit)
        #expect(census.omitted == 476)
        #expect(census.eventLoopGroups == ["NIO-SGLTN-1": 1500])
    }

    @Test("the main thread comes first, whatever its id") func mainFirst() {
        let entries = [3, 500, 7].map { ThreadReader.Entry(id: $0, name: "mainspring", state: "S") }
        let census = ThreadCensus(entries, process: 500)
        #expect(census.threads.map(\.id) == [500, 3, 7])
        #expect(census.threads.map(\.owner) == [.main, .unknown, .unknown])
    }

    @Test("this process is seen as it is", .timeLimit(.minutes(1))) func real() async {
        let isRunning = Signal()
        let isOver = Signal()
        let isBeating = Signal()
        // It asks on its thread, which has its name by then.
        let heart = PoolHeart(
            policy: HeartPolicy(), time: SystemTime(), changed: { _, _ in },
            ask: { _, answer in
                isBeating.notify()
                answer()
            })
        #expect(
            RawThread.start("odd) name (") {
                isRunning.notify()
                while !isOver.isReached { usleep(1000) }
            })
        await isRunning.wait()
        await isBeating.wait()
        let census = ThreadCensus.take()
        isOver.notify()
        #expect(census.threads.first?.owner == .main)
        #expect(census.threads.first?.id == getpid())
        #expect(census.threads.contains { $0.owner == .pool })
        #expect(census.threads.contains { $0.name == "mspr-heart" && $0.owner == .mainspring })
        #expect(census.threads.contains { $0.name == "odd) name (" && $0.owner == .unknown })
        #expect(census.threads.allSatisfy { "RSDTtXI".contains($0.state) })
        #expect(heart.liveness().state != .wedged)
    }

    private func census(_ names: [String]) -> ThreadCensus {
        ThreadCensus(
            names.enumerated().map { ThreadReader.Entry(id: Int32($0.offset) + 2, name: $0.element, state: "S") },
            process: 1)
    }
}
