import Foundation
import Glibc
import MainspringCore
import MainspringRuntime
import Testing

@Suite("kill -9")
struct CrashTests {
    @Test(
        "children and grandchildren of a killed node are gone within a second, and the next run shows the attempt as interrupted"
    )
    func killOnce() async throws {
        let folder = try ScratchFolder(
            config: "jobs:\n  nap: { exec: [\"./nap.sh\"] }\nservices:\n  echoer: { exec: [\"./service.sh\"] }\n",
            scripts: [
                "nap.sh": "#!/bin/bash\nset -m\nsleep 600 & echo $! > grandchild.pid\necho $$ > child.pid\nwait\n",
                "service.sh": "#!/bin/sh\necho $$ > service.pid\nexec sleep 600\n",
            ])
        let daemon = try await Daemon.start(in: folder)
        let added = try await daemon.cli("job", "add", "nap", "-o", "json")
        let id = try #require(try JSONParser.parse(added.output)["id"]?.string)
        let names = ["child.pid", "grandchild.pid", "service.pid"]
        let pids = try await eventually("all children run") { () -> [Int32]? in
            let pids = names.compactMap {
                folder.read($0).flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
            }
            return pids.count == names.count ? pids : nil
        }
        try await daemon.killHard()
        let took = try await timed {
            _ = try await eventually("the children are gone") { pids.contains(where: isAlive) ? nil : true }
        }
        #expect(took < .seconds(1))

        try folder.writeScript("nap.sh", "#!/bin/sh\nexit 0\n")
        let again = try await Daemon.start(in: folder)
        let job = try await eventually("the job ends") {
            let job = try await again.job(id)
            return job["state"] == "completed" ? job : nil
        }
        #expect(job["attempts"]?.array?.map { $0["outcome"] } == ["interrupted", "success"])
        #expect(job["attempt"] == 1)
        #expect(job["rescues"] == 1)
        #expect(try await again.stop() == 0)
    }

    /// `make soak` asks for more.
    private static let kills = ProcessInfo.processInfo.environment["MAINSPRING_KILLS"].flatMap { Int($0) } ?? 50

    /// Each job holds a lock file, and so does its grandchild, which lives for two seconds: a run that starts while anything
    /// of an earlier run of the same job lives cannot take the lock and writes a violation.
    @Test(
        "50 kills under load: no job lost, none settled twice, nothing of an earlier run alive when its job starts again"
    )
    func killLoop() async throws {
        let folder = try ScratchFolder(
            config: """
                queues: { default: { workers: 8, limit: 100000 } }
                jobs:
                  work: { exec: ["./work.sh"], args: { n: integer }, timeout: 60s, retry: { max: 3, base: 10ms }, max_rescues: 1000 }
                """,
            scripts: [
                "work.sh": #"""
                #!/bin/bash
                exec 9> "locks/$MAINSPRING_JOB_ID"
                flock -n 9 || { echo "$MAINSPRING_JOB_ID" >> violations.txt; exit 1; }
                sleep 2 &
                echo "$MAINSPRING_JOB_ID" >> started.txt
                sleep 0.0$((RANDOM % 9))
                """#
            ])
        try FileManager.default.createDirectory(atPath: folder.file("locks"), withIntermediateDirectories: true)
        var acknowledged: [String] = []
        var random = SystemRandomNumberGenerator()
        for round in 0..<Self.kills {
            let daemon = try await Daemon.start(in: folder)
            for batch in 0..<2 {
                let ids = (0..<4).map { "r\(round)-b\(batch)-\($0)" }
                let body = JSONValue.array(ids.map { ["kind": "work", "args": ["n": 1], "id": .string($0)] })
                    .compactText
                let answer = try await RawHTTP.request(port: daemon.port, "POST", "/v1/jobs", body: body)
                if answer.status == 201 { acknowledged += ids }
            }
            try await SystemTime().sleep(for: .milliseconds(Int64.random(in: 0...150, using: &random)))
            try await daemon.killHard()
        }
        #expect(acknowledged.count == Self.kills * 8)

        let daemon = try await Daemon.start(in: folder)
        _ = try await eventually(within: 120, "everything is done") {
            let queues = try await daemon.get("/v1/queues").body["data"]?.array ?? []
            let open = queues.flatMap { queue in
                ["available", "running", "scheduled", "retryable"].compactMap { queue["counts"]?[$0]?.integer }
            }
            return open.reduce(0, +) == 0 ? true : nil
        }
        var interrupted = 0
        for id in acknowledged {
            let job = try await daemon.job(id)
            #expect(job["state"] == "completed", "\(id)")
            let outcomes = job["attempts"]?.array?.map { $0["outcome"]?.string ?? "" } ?? []
            #expect(outcomes.count { $0 == "success" } == 1, "\(id): \(outcomes)")
            #expect(outcomes.allSatisfy { $0 == "success" || $0 == "interrupted" }, "\(id): \(outcomes)")
            interrupted += outcomes.count - 1
        }
        #expect(interrupted > 20, "the kills hit too few running jobs to mean anything")
        #expect(!folder.exists("violations.txt"), "\(folder.read("violations.txt") ?? "")")
        #expect(try await daemon.stop() == 0)
    }
}
