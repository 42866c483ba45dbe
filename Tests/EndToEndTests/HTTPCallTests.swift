import Foundation
import MainspringCore
import Testing

@Suite("HTTP calls as jobs, by the contract")
struct HTTPCallTests {
    @Test("the call carries the arguments as JSON, the job id as idempotency key, and values encoded by position")
    func request() async throws {
        let server = try ScriptedServer { _ in "200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}" }
        defer { server.close() }
        let folder = try ScratchFolder(
            config: """
                jobs:
                  notify:
                    http: { method: POST, url: "http://127.0.0.1:\(server.port)/hook/{channel}?q={channel}", headers: { Authorization: "${TOKEN:-none}" } }
                    args: { channel: string, signal: json }
                    result: json
                """)
        let daemon = try await Daemon.start(in: folder, environment: ["TOKEN": "Bearer s3cret"])
        let job = try await daemon.runJob("notify", "channel=a/b c&d", "signal:={\"n\":9007199254740993}")
        #expect(job["state"] == "completed")
        #expect(job["result"] == ["ok": true])
        let request = try #require(server.received.first)
        #expect(request.line == "POST /hook/a%2Fb%20c%26d?q=a%2Fb%20c%26d HTTP/1.1")
        let head = request.head.lowercased()
        #expect(head.contains("idempotency-key: \(job["id"]?.string ?? "?")"))
        #expect(head.contains("authorization: bearer s3cret"))
        #expect(head.contains("content-type: application/json"))
        #expect(try JSONParser.parse(request.body) == ["channel": "a/b c&d", "signal": ["n": 9_007_199_254_740_993]])
        #expect(try await daemon.stop() == 0)
    }

    @Test("statuses are outcomes: 2xx success, 4xx that will not change discard, Retry-After snoozes, the rest fails")
    func statuses() async throws {
        let server = try ScriptedServer { request in
            let status = request.line.split(separator: " ")[1].dropFirst().description
            switch status {
            case "cut": return nil
            case "429": return "429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
            case "302": return "302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n"
            default: return "\(status) Status\r\nContent-Length: 0\r\n\r\n"
            }
        }
        defer { server.close() }
        let folder = try ScratchFolder(
            config: """
                jobs:
                  call:
                    http: { method: POST, url: "http://127.0.0.1:\(server.port)/{status}" }
                    args: { status: string }
                    retry: { max: 2, base: 20ms, cap: 20ms }
                  nowhere:
                    http: { method: GET, url: "http://127.0.0.1:1/" }
                    retry: { max: 1 }
                """)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("call", "status=204")["state"] == "completed")
        for status in ["400", "410", "422"] {
            let job = try await daemon.runJob("call", "status=\(status)")
            #expect(job["state"] == "discarded")
            #expect(job["attempts"]?.array?.count == 1)
        }
        for status in ["500", "404", "302", "503", "cut"] {
            let job = try await daemon.runJob("call", "status=\(status)")
            #expect(job["state"] == "discarded")
            #expect(job["attempts"]?.array?.map { $0["outcome"] } == ["failure", "failure"], "\(status)")
        }
        #expect(!server.received.contains { $0.line.contains("elsewhere") })
        #expect(try await daemon.runJob("nowhere")["error"]?["code"] == "http_failed")

        let added = try await daemon.cli("job", "add", "call", "status=429", "-o", "json")
        let id = try #require(try JSONParser.parse(added.output)["id"]?.string)
        let job = try await eventually("the job snoozes") {
            let job = try await daemon.job(id)
            return job["state"] == "scheduled" ? job : nil
        }
        #expect(job["attempt"] == 0)
        #expect(job["attempts"]?[0]?["outcome"] == "snoozed")
        #expect(try await daemon.stop() == 0)
    }

    @Test("a response that never ends is cut at the cap, and a call that hangs is cut by its timeout")
    func bounds() async throws {
        let server = try ScriptedServer { request in
            if request.line.contains("hang") {
                Thread.sleep(forTimeInterval: 1)
                return nil
            }
            return "200 OK\r\nContent-Length: 10000000\r\n\r\n" + String(repeating: "x", count: 10_000_000)
        }
        defer { server.close() }
        let folder = try ScratchFolder(
            config: """
                jobs:
                  big: { http: { method: GET, url: "http://127.0.0.1:\(server.port)/big" }, output: 1KiB, retry: { max: 1 } }
                  hang: { http: { method: GET, url: "http://127.0.0.1:\(server.port)/hang" }, timeout: 200ms, retry: { max: 1 } }
                """)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("big")["state"] == "completed")
        let hung = try await daemon.runJob("hang")
        #expect(hung["attempts"]?[0]?["outcome"] == "timeout")
        #expect(try await daemon.stop() == 0)
    }
}
