import MainspringCore
import MainspringTelemetry
import Testing

@testable import MainspringWeb

@Suite("Metrics")
struct MetricsTests {
    /// Names of samples, without the suffixes of histograms.
    private static func names(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
                var name = String(line.prefix { $0 != "{" && $0 != " " })
                for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
                    name.removeLast(suffix.count)
                }
                return name
            })
    }

    @Test("what is emitted is what the table lists") func catalog() async throws {
        try await Fixture().run { node in
            let text = await node.get("/metrics").text
            #expect(Self.names(in: text) == Set(MetricsCatalog.all.map(\.name)))
        }
    }

    @Test("jobs are counted by outcome, waits and runs measured") func counted() async throws {
        try await Fixture().run { node in
            node.executor.release(.success(result: nil))
            _ = await node.post("/v1/jobs?wait=30s", #"{"kind":"scan","id":"one","args":{"symbol":"A"}}"#)
            _ = await node.post("/v1/jobs", #"{"kind":"scan","id":"one","args":{"symbol":"A"}}"#)
            let text = await node.get("/metrics").text
            #expect(text.contains(#"mainspring_jobs_total{kind="scan",outcome="success"} 1"#))
            #expect(text.contains(#"mainspring_jobs_total{kind="scan",outcome="failure"} 0"#))
            #expect(text.contains(#"mainspring_enqueued_total{kind="scan"} 1"#))
            #expect(text.contains("mainspring_duplicates_total 1"))
            #expect(text.contains(#"mainspring_job_run_seconds_count{kind="scan"} 1"#))
            #expect(text.contains(#"mainspring_job_wait_seconds_bucket{queue="default",le="+Inf"} 1"#))
            #expect(text.contains(#"mainspring_queue_jobs{queue="default",state="completed"} 1"#))
            #expect(text.contains(#"mainspring_workers{queue="default",state="free"} 2"#))
            #expect(text.contains(#"mainspring_workers{queue="default",state="zombie"} 0"#))
            #expect(text.contains(#"mainspring_queue_parked{queue="default"} 0"#))
            #expect(text.contains("mainspring_leader 1"))
            #expect(text.contains(#"mainspring_store_op_seconds_bucket{store="memory",op="insert",le="0.00025"} 0"#))
            #expect(text.contains(#"mainspring_store_op_seconds_bucket{store="memory",op="insert",le="0.0005"} 1"#))
            #expect(text.contains(#"mainspring_service_up{service="feed"} 1"#))
            #expect(text.contains(#"mainspring_build_info{version="0.1.0-test"} 1"#))
        }
    }

    @Test("names that are not declared share one label value") func bounded() throws {
        let metrics = MetricsRecorder(kinds: ["scan"], queues: ["default"], services: ["feed"])
        for number in 1...1000 {
            let id = try #require(JobID(rawValue: "j\(number)"))
            metrics.emit(.job(.enqueued(id: id, kind: "kind\(number)", queue: "q\(number)")))
            metrics.emit(
                .job(.started(id: id, kind: "kind\(number)", queue: "q\(number)", attempt: 1, waited: .seconds(1))))
            metrics.emit(.service(.restarting(service: "s\(number)", reason: .crash)))
        }
        let text = metrics.text(gauges: [])
        #expect(text.contains(#"mainspring_enqueued_total{kind="other"} 1000"#))
        #expect(text.contains(#"mainspring_job_wait_seconds_count{queue="other"} 1000"#))
        #expect(text.contains(#"mainspring_restarts_total{service="other",reason="crash"} 1000"#))
        #expect(text.split(separator: "\n").count < 200)
    }

    @Test("gauges of undeclared queues: amounts add up, of ages the largest stays") func folded() {
        let metrics = MetricsRecorder(kinds: [], queues: [], services: [])
        let text = metrics.text(gauges: [
            MetricSample(MetricsCatalog.queueJobs, ["other", "available"], value: 2),
            MetricSample(MetricsCatalog.queueJobs, ["other", "available"], value: 3),
            MetricSample(MetricsCatalog.queueOldest, ["other"], value: 7.5),
            MetricSample(MetricsCatalog.queueOldest, ["other"], value: 4),
        ])
        #expect(text.contains(#"mainspring_queue_jobs{queue="other",state="available"} 5"#))
        #expect(text.contains(#"mainspring_queue_oldest_seconds{queue="other"} 7.5"#))
    }

    @Test("label values are escaped") func escaped() {
        let metrics = MetricsRecorder(kinds: ["a\"b\\c\nd"], queues: [], services: [])
        #expect(metrics.text(gauges: []).contains(#"mainspring_enqueued_total{kind="a\"b\\c\nd"} 0"#))
    }

    @Test("buckets count up to the whole") func buckets() throws {
        let metrics = MetricsRecorder(kinds: [], queues: ["q"], services: [])
        let id = try #require(JobID(rawValue: "j"))
        for millis in [1, 5, 6, 400, 1_000_000] {
            metrics.emit(.job(.started(id: id, kind: "k", queue: "q", attempt: 1, waited: .milliseconds(millis))))
        }
        let text = metrics.text(gauges: [])
        #expect(text.contains(#"mainspring_job_wait_seconds_bucket{queue="q",le="0.005"} 2"#))
        #expect(text.contains(#"mainspring_job_wait_seconds_bucket{queue="q",le="0.5"} 4"#))
        #expect(text.contains(#"mainspring_job_wait_seconds_bucket{queue="q",le="300"} 4"#))
        #expect(text.contains(#"mainspring_job_wait_seconds_bucket{queue="q",le="+Inf"} 5"#))
        #expect(text.contains(#"mainspring_job_wait_seconds_sum{queue="q"} 1000.412"#))
    }

    @Test("writes that were refused and attempts that were given up are counted") func engine() throws {
        let metrics = MetricsRecorder(kinds: ["scan"], queues: ["default"], services: [])
        let id = try #require(JobID(rawValue: "j"))
        metrics.emit(.job(.staleWrite(id: id)))
        metrics.emit(.job(.abandoned(id: id, kind: "scan", queue: "default")))
        metrics.emit(.job(.abandoned(id: id, kind: "scan", queue: "default")))
        metrics.emit(.job(.rescued(id: id, kind: "scan", queue: "default", state: .available)))
        let text = metrics.text(gauges: [])
        #expect(text.contains("mainspring_stale_writes_total 1"))
        #expect(text.contains("mainspring_abandoned_total 2"))
        #expect(text.contains("mainspring_rescues_total 1"))
        #expect(text.contains(#"mainspring_jobs_total{kind="scan",outcome="interrupted"} 1"#))
    }

    @Test("turns of loops are counted once each, by outcome, and skipped ones by reason") func loops() {
        let metrics = MetricsRecorder(kinds: [], queues: [], services: [], loops: ["beat"])
        func end(_ loop: String, _ outcome: LoopEvent.Outcome) {
            metrics.emit(
                .loop(
                    .turnEnded(
                        loop: loop, turn: 1, outcome: outcome, took: .seconds(2), lateness: .milliseconds(20),
                        error: nil)))
        }
        end("beat", .success)
        end("beat", .failure)
        metrics.emit(.loop(.turnTimedOut(loop: "beat", turn: 3, after: .seconds(2))))
        end("beat", .timeout)
        metrics.emit(.loop(.turnsSkipped(loop: "beat", reason: .missed, count: 12)))
        end("unknown", .success)
        let text = metrics.text(gauges: [])
        #expect(text.contains(#"mainspring_loop_turns_total{loop="beat",outcome="success"} 1"#))
        #expect(text.contains(#"mainspring_loop_turns_total{loop="beat",outcome="failure"} 1"#))
        #expect(text.contains(#"mainspring_loop_turns_total{loop="beat",outcome="timeout"} 1"#))
        #expect(text.contains(#"mainspring_loop_turns_total{loop="beat",outcome="cancelled"} 0"#))
        #expect(text.contains(#"mainspring_loop_turns_total{loop="other",outcome="success"} 1"#))
        #expect(text.contains(#"mainspring_loop_turn_seconds_sum{loop="beat"} 6"#))
        #expect(text.contains(#"mainspring_loop_lateness_seconds_bucket{loop="beat",le="0.025"} 3"#))
        #expect(text.contains(#"mainspring_loop_skipped_total{loop="beat",reason="missed"} 12"#))
        #expect(text.contains(#"mainspring_loop_skipped_total{loop="beat",reason="zombie"} 0"#))
    }

    @Test("while the store fails, counters are told without the queues, and store_up is 0") func storeDown() async {
        let node = Fixture()
        node.store.fail(MainspringError(.storeFailed, "gone"))
        let answer = await node.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.text.contains(#"mainspring_store_up{store="memory"} 0"#))
        #expect(!answer.text.contains("mainspring_queue_jobs"))
        #expect(answer.text.contains("mainspring_retries_total 0"))
    }
}
