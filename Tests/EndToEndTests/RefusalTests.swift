import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("What a node refuses")
struct RefusalTests {
    @Test("a second run on the same state folder is refused and names the process that holds it")
    func secondRun() async throws {
        let folder = try ScratchFolder(config: "jobs: {}\n")
        let daemon = try await Daemon.start(in: folder)
        let second = try await Daemon.refused(in: folder)
        #expect(second.status == 75)
        #expect(second.errors.contains("\(daemon.pid)"))
        #expect(try await daemon.cli("queue", "ls").status == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test("a broken configuration is refused with every error at once, each with file, line and key")
    func brokenConfiguration() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  scan:
                    exec: ["./scan.sh", "{symbl}"]
                    args: { symbol: string }
                    time_out: 30s
                    queue: defalt
                """)
        let refused = try await Daemon.refused(in: folder)
        #expect(refused.status == 78)
        #expect(refused.errors.contains("mainspring.yaml:3") && refused.errors.contains("symbol"))
        #expect(refused.errors.contains("mainspring.yaml:5") && refused.errors.contains("timeout"))
        #expect(refused.errors.contains("mainspring.yaml:6") && refused.errors.contains("default"))
        let checked = try await Command.run(Binary.path, ["config", "check"], in: folder.path)
        #expect(checked.status == 78)
    }

    @Test("an open bind without authentication is refused")
    func openBind() async throws {
        let folder = try ScratchFolder(config: "http: { bind: \"0.0.0.0:8501-8600\" }\n")
        let refused = try await Daemon.refused(in: folder)
        #expect(refused.status == 78)
        #expect(refused.errors.contains("mainspring.yaml:1: http.bind"))
    }

    @Test("a port range with nothing free is refused with the range")
    func noFreePort() async throws {
        let first = try ScratchFolder(config: "jobs: {}\n")
        let daemon = try await Daemon.start(in: first)
        let folder = try ScratchFolder(config: "http: { bind: \"127.0.0.1:\(daemon.port)-\(daemon.port)\" }\n")
        let refused = try await Daemon.refused(in: folder)
        #expect(refused.status == 75)
        #expect(refused.errors.contains("\(daemon.port)"))
        #expect(try await daemon.stop() == 0)
    }

    @Test("a corrupt database is refused and left as it is")
    func corruptDatabase() async throws {
        let folder = try ScratchFolder(config: "jobs: {}\n")
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.stop() == 0)
        let garbage = String(repeating: "this is no database. ", count: 1000)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file(".mainspring/jobs.db\(suffix)"))
        }
        try folder.write(".mainspring/jobs.db", garbage)
        let refused = try await Daemon.refused(in: folder)
        #expect(refused.status == 74)
        #expect(refused.errors.contains("jobs.db"))
        #expect(folder.read(".mainspring/jobs.db") == garbage)
    }

    @Test("a state folder that is a link is refused")
    func linkedState() async throws {
        let folder = try ScratchFolder(config: "jobs: {}\n")
        let other = try ScratchFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.file(".mainspring"), withDestinationPath: other.path)
        let refused = try await Daemon.refused(in: folder)
        #expect(refused.status == 78)
        #expect(other.list().isEmpty)
    }

    @Test("a full queue answers 429 with Retry-After, and the command line 75")
    func fullQueue() async throws {
        let folder = try ScratchFolder(
            config: "queues: { default: { limit: 3 } }\njobs:\n  nop: { exec: [\"true\"] }\n")
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.cli("queue", "pause", "default").status == 0)
        for _ in 0..<3 { #expect(try await daemon.cli("job", "add", "nop").status == 0) }
        #expect(try await daemon.cli("job", "add", "nop").status == 75)
        let answer = try await RawHTTP.request(port: daemon.port, "POST", "/v1/jobs", body: "{\"kind\":\"nop\"}")
        #expect(answer.status == 429)
        #expect(answer.header("Retry-After") != nil)
        #expect(try JSONParser.parse(answer.body)["code"] == "queue_full")
        #expect(try await daemon.cli("queue", "resume", "default").status == 0)
        _ = try await eventually("the queue drains") {
            let page = try await daemon.get("/v1/jobs?q=state:completed").body["data"]?.array
            return page?.count == 3 ? true : nil
        }
        #expect(try await daemon.stop() == 0)
    }

    @Test("bad requests end in their own status, and the node goes on")
    func badRequests() async throws {
        let folder = try ScratchFolder(config: "jobs:\n  scan: { exec: [\"true\"], args: { symbol: string } }\n")
        let daemon = try await Daemon.start(in: folder)
        func post(_ body: String, _ headers: [String: String] = [:]) async throws -> RawHTTP.Answer {
            try await RawHTTP.request(port: daemon.port, "POST", "/v1/jobs", headers: headers, body: body)
        }
        #expect(try await post("{\"kind\":\"scann\",\"args\":{}}").status == 422)
        #expect(try await post("{\"kind\":\"scann\",\"args\":{}}").body.contains("scan"))
        #expect(try await post("{\"kind\":\"scan\",\"args\":{\"symbol\":1}}").status == 422)
        #expect(try await post("{\"kind\":\"scan\",\"args\":{\"symbol\":\"A\",\"x\":1}}").status == 422)
        #expect(try await post("[{\"kind\":\"scan\",\"args\":{\"symbol\":\"A\"}},{\"kind\":\"scan\"}]").status == 422)
        #expect(try await post(String(repeating: "[", count: 100_000)).status == 400)
        #expect(try await post("{\"kind\":\"scan\",").status == 400)
        #expect(try await post("").status == 400)
        #expect(try await post("{\"kind\":\"scan\"}", ["Content-Type": "text/plain"]).status == 415)
        #expect(try await post("{\"kind\":\"scan\"}", ["Host": "evil.example"]).status == 421)
        #expect(try await post("{\"kind\":\"scan\"}", ["Origin": "https://evil.example"]).status == 403)
        #expect(try await post("{\"kind\":\"scan\"}", ["Sec-Fetch-Site": "cross-site"]).status == 403)
        let head =
            "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:\(daemon.port)\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n{"
        #expect(try await RawHTTP.send(port: daemon.port, bytes: Array(head.utf8)).status == 413)
        #expect(try await daemon.get("/v1/jobs").body["data"]?.array?.isEmpty == true)
        #expect(try await daemon.get("/livez").status == 200)
        #expect(try await daemon.stop() == 0)
    }
}
