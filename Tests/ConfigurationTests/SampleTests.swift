import Foundation
import Mainspring
import MainspringCore
import MainspringExecutors
import MainspringRuntime
import Testing

@Suite("The brief's sample")
struct SampleTests {
    static func sample() throws -> String {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/sample.yaml")
        return try String(contentsOf: fixture, encoding: .utf8)
    }

    @Test("only keys of later versions are refused, each by name and line")
    func laterKeys() throws {
        let sample = try Self.sample()
        let lines = sample.split(separator: "\n", omittingEmptySubsequences: false)
        let found = try #require(throws: ConfigurationErrors.self) { try configuration(sample) }.problems
        let keys = [
            "watch", "jobs.scan.limit", "jobs.scan.rate", "jobs.scan.breaker",
            "schedules.daily-report.cron",
            "schedules.daily-report.zone", "schedules.daily-report.catch_up", "workflows",
        ]
        #expect(found.filter { $0.message == "not in this version" }.map(\.key) == keys)
        for problem in found where problem.message == "not in this version" {
            let line = try #require(problem.line)
            #expect(lines[line - 1].contains(problem.key.split(separator: ".").last ?? "?"))
        }
        #expect(found.filter { $0.message != "not in this version" }.isEmpty)
    }

    @Test("without those keys it is valid")
    func valid() throws {
        var lines = try Self.sample().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for key in ["watch:", "limit: { running", "rate:", "breaker:", "daily-report:"] {
            lines.removeAll { $0.trimmingCharacters(in: .whitespaces).hasPrefix(key) }
        }
        let end = try #require(lines.firstIndex { $0.hasPrefix("workflows:") })
        let configuration = try configuration(lines[..<end].joined(separator: "\n"))
        #expect(configuration.node == "market-1")
        #expect(configuration.queues["reports"]?.workers == 1)
        #expect(configuration.services.map(\.name) == ["feed", "bot"])
        #expect(configuration.schedules["scan-models"]?.arguments == ["symbol": "AAPL"])
        #expect(configuration.supervision.policy == SupervisionPolicy())
        #expect(configuration.supervision.root.map(\.name) == ["feed", "heartbeat", "bot"])
        #expect(configuration.loops.map(\.spec.every) == [.seconds(60)])
        #expect(configuration.warnings == [])
        guard case .call(let call) = configuration.jobs["notify"]?.action else {
            Issue.record("notify is an HTTP call")
            return
        }
        #expect(try call.url.url(with: ["channel": "a/b", "signal": .null]) == "http://127.0.0.1:9100/hook/a%2Fb")
        #expect(call.headers.map(\.value) == ["none"])
    }
}
