import MainspringCore
import Testing

@Suite("Commands that tell how far they are")
struct AttemptReportTests {
    /// Posts to the node with nothing but bash.
    private static let tell = #"""
        tell() {
          local origin=${MAINSPRING_URL#http://} body=$2
          exec 3<> "/dev/tcp/${origin%%:*}/${origin##*:}"
          printf 'POST /v1/jobs/%s/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n' "$MAINSPRING_JOB_ID" "$1" "$origin" >&3
          printf 'Mainspring-Attempt-Token: %s\r\n' "$MAINSPRING_ATTEMPT_TOKEN" >&3
          printf 'Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "${#body}" "$body" >&3
          cat <&3; exec 3>&-
        }
        """#

    private func folder(_ keys: String, _ script: String) throws -> ScratchFolder {
        try ScratchFolder(
            config:
                "jobs:\n  work: { exec: [\"./work.sh\"], result: text, retry: { max: 1 }, \(keys) }\n  child: { exec: [\"true\"] }\n",
            scripts: ["work.sh": "#!/bin/bash\n\(Self.tell)\n\(script)\n"])
    }

    @Test("progress shows while the job runs, and children carry their parent")
    func progress() async throws {
        let folder = try folder(
            "timeout: 1m",
            """
            tell progress '{"fraction": 0.5, "message": "half of it"}' > answer.txt
            tell children '{"kind": "child", "id": "kid"}' > child.txt
            while [ ! -e go ]; do sleep 0.05; done
            """)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.cli("job", "add", "work", "--id", "one").status == 0)
        let kid = try await eventually("the child is done") { () -> JSONValue? in
            let job = try await daemon.job("kid")
            return job["state"] == "completed" ? job : nil
        }
        #expect(kid["parent"] == "one")
        let job = try await daemon.job("one")
        #expect(job["progress"]?["fraction"]?.double == 0.5)
        #expect(folder.read("answer.txt")?.contains("{\"cancel_requested\":false}") == true)
        #expect(folder.read("child.txt")?.contains("201 Created") == true)
        #expect(try await daemon.cli("job", "show", "one").output.contains("50 %: half of it"))
        let page = try await RawHTTP.request(port: daemon.port, "GET", "/jobs/one").body
        #expect(page.contains("50 %") && page.contains("half of it"))
        try folder.write("go", "")
        #expect(try await daemon.cli("job", "wait", "one").status == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test("an attempt that is silent for too long is ended; one that gives signs of life is not")
    func silence() async throws {
        let folder = try folder(
            "args: { beats: integer }, silence: 4s",
            """
            read -r line
            for (( i = 0; i < ${line//[^0-9]/}; i++ )); do tell heartbeat '{}' > /dev/null; sleep 0.3; done
            [[ $line == *0* ]] && sleep 30
            echo alive
            """)
        let daemon = try await Daemon.start(in: folder)
        async let silent = daemon.runJob("work", "beats=0")
        // For longer than an attempt may be silent.
        async let alive = daemon.runJob("work", "beats=16")
        #expect(try await silent["error"]?["code"] == "silent")
        #expect(try await silent["attempts"]?[0]?["outcome"] == "timeout")
        #expect(try await alive["state"] == "completed")
        #expect(try await daemon.stop() == 0)
    }

    @Test("an attempt that was cancelled hears of it, and one whose job is over is stale")
    func stale() async throws {
        let folder = try folder("timeout: 1m", "echo \"$MAINSPRING_ATTEMPT_TOKEN\" > token.txt")
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("work", "--id", "one")["state"] == "completed")
        let token = try #require(folder.read("token.txt")?.split(separator: "\n").first.map(String.init))
        let answer = try await RawHTTP.request(
            port: daemon.port, "POST", "/v1/jobs/one/progress", headers: ["Mainspring-Attempt-Token": token],
            body: #"{"fraction": 1}"#)
        #expect(answer.status == 409)
        #expect(answer.body.contains("stale_attempt"))
        #expect(try await daemon.job("one")["progress"] == .null)
        #expect(try await daemon.stop() == 0)
    }
}
