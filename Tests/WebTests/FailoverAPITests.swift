import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringWeb

@Suite("An outage of the store on the surfaces")
struct FailoverAPITests {
    private func status(_ node: Fixture, _ state: FailoverStatus.State = .spooling) -> FailoverStatus {
        let now = node.time.now()
        return FailoverStatus(
            state: state, reason: .unreachable, since: now - .seconds(14),
            spool: SpoolTally(jobs: 1200, ends: 3, bytes: 5000, oldestAt: now - .seconds(13)), replayed: 4,
            conflicts: 2, stale: 1, resent: 6)
    }

    @Test("the node tells its state, its reason, and what it keeps") func told() async throws {
        var node = Fixture()
        let status = status(node)
        node.failover = status
        let failover = await node.get("/v1/node").json["failover"]
        #expect(failover?["state"] == "spooling" && failover?["reason"] == "unreachable")
        #expect(failover?["since"] == .string(status.since.rfc3339))
        #expect(failover?["spool"]?["jobs"] == 1200 && failover?["spool"]?["ends"] == 3)
        #expect(failover?["conflicts"] == 2 && failover?["stale"] == 1 && failover?["resent"] == 6)
        #expect(await Fixture().get("/v1/node").json["failover"] == .null)
    }

    @Test("the metrics tell the state, the spool and its conflicts") func metrics() async throws {
        var node = Fixture()
        node.failover = status(node)
        let text = await node.get("/metrics").text
        for line in [
            "mainspring_failover_state 1", "mainspring_spool_jobs 1200", "mainspring_spool_bytes 5000",
            "mainspring_spool_oldest_seconds 13", "mainspring_spool_conflicts_total 2",
            "mainspring_stale_writes_total 1", #"mainspring_store_up{store="memory"} 0"#,
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        node.failover = status(node, .draining)
        #expect(await node.get("/metrics").text.contains("mainspring_failover_state 2\n"))
        let without = await Fixture().get("/metrics").text
        #expect(without.contains("mainspring_failover_state 0\n") && without.contains("mainspring_spool_jobs 0\n"))
    }

    @Test("the page says since when it spools, how much it keeps, and why") func banner() async throws {
        var node = Fixture()
        var status = status(node)
        node.failover = status
        let page = await node.get("/").text
        #expect(page.contains(#"role="alert""#))
        #expect(page.contains("Spooling since \(status.since.rfc3339) (14s): the store does not answer."))
        #expect(page.contains("1\u{202F}200 jobs and 3 ends of attempts kept."))
        #expect(page.contains("Taking jobs in; the store is away."))
        status.state = .primary
        node.failover = status
        #expect(!(await node.get("/").text.contains(#"role="alert""#)))
        status.dataLostAt = node.time.now() - .seconds(60)
        status.problem = MainspringError(.storeFull, "the spool is <full>")
        node.failover = status
        let lost = await node.get("/").text
        #expect(lost.contains("The store lost its data 1m 0s ago") || lost.contains("The store lost its data 1m"))
        #expect(lost.contains("the spool is &lt;full&gt;"))
    }

    @Test("the list of nodes tells it of the node that is asked") func nodes() async throws {
        var node = Fixture()
        node.failover = status(node)
        try await node.system.join()
        #expect(await node.get("/v1/nodes").json["data"]?[0]?["failover"] == "spooling")
    }

    @Test("a drill is refused where nothing can be away, and else answers with its checks") func drill() async throws {
        var node = Fixture()
        let refused = await node.post("/v1/drills/failover", "{}")
        #expect(refused.status == 409 && refused.hint.contains("Redis"))
        let drill = StubDrill()
        node.drill = drill
        let answer = await node.post("/v1/drills/failover", #"{"for_seconds": 0.25}"#)
        #expect(answer.status == 200)
        #expect(
            answer.json == [
                "passed": false, "jobs": 3,
                "checks": [
                    ["name": "a", "passed": true, "detail": "x"], ["name": "b", "passed": false, "detail": "y"],
                ],
            ])
        #expect(drill.asked.withLock { $0 } == [.milliseconds(250)])
        #expect(await node.post("/v1/drills/failover", #"{"for_seconds": 100}"#).status == 400)
        _ = await node.post("/v1/drills/failover")
        #expect(drill.asked.withLock { $0.last } == .seconds(3))
    }
}

private final class StubDrill: FailoverDrilling {
    let asked = Mutex<[Duration]>([])

    func drill(for duration: Duration) async throws -> FailoverDrillReport {
        asked.withLock { $0.append(duration) }
        return FailoverDrillReport(
            checks: [.init(name: "a", passed: true, detail: "x"), .init(name: "b", passed: false, detail: "y")], jobs: 3
        )
    }
}
