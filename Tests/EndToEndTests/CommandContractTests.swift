import Foundation
import Glibc
import MainspringCore
import Testing

@Suite("Commands as jobs, by the contract")
struct CommandContractTests {
    @Test(
        "a command gets its arguments on standard input and in argv, a small environment, its folder and an empty signal mask"
    )
    func environment() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  look:
                    exec: ["./look.sh", "{name}", "n={count}"]
                    args: { name: string, count: integer }
                    env: { GREETING: "hi there" }
                    result: json
                """,
            scripts: [
                "look.sh": #"""
                #!/bin/sh
                read -r line
                env | cut -d= -f1 | sort | tr '\n' ' ' > env.txt
                grep -E 'SigBlk|SigIgn' /proc/self/status | tr -s '\t\n' ' ' > signals.txt
                printf '{"argv":"%s|%s","in":%s,"cwd":"%s","sid":%s,"pid":%s,"attempt":"%s","id":"%s","hi":"%s"}\n' \
                  "$1" "$2" "$line" "$(pwd -P)" "$(cut -d' ' -f6 /proc/$$/stat)" $$ "$MAINSPRING_ATTEMPT" "$MAINSPRING_JOB_ID" "$GREETING"
                """#
            ])
        let daemon = try await Daemon.start(in: folder, environment: ["SECRET_OF_THE_DAEMON": "x"])
        let job = try await daemon.runJob("look", "name=žluťoučký kůň", "count=7")
        let result = try #require(job["result"])
        #expect(result["argv"] == "žluťoučký kůň|n=7")
        #expect(result["in"] == ["count": 7, "name": "žluťoučký kůň"])
        #expect(result["cwd"]?.string == URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path)
        #expect(result["sid"] == result["pid"])
        #expect(result["attempt"] == "1")
        #expect(result["id"] == job["id"])
        #expect(result["hi"] == "hi there")
        #expect(
            folder.read("env.txt")?.split(separator: " ").filter {
                $0 != "_" && $0 != "PWD" && $0 != "OLDPWD" && $0 != "SHLVL"
            } == [
                "GREETING", "HOME", "LANG", "MAINSPRING_ATTEMPT", "MAINSPRING_ATTEMPT_TOKEN", "MAINSPRING_JOB_ID",
                "MAINSPRING_URL", "PATH", "TZ",
            ])
        #expect(folder.read("signals.txt")?.contains("SigBlk: 0000000000000000") == true)
        #expect(folder.read("signals.txt")?.contains("SigIgn: 0000000000000000") == true)
        #expect(try await daemon.stop() == 0)
    }

    @Test("exit codes are outcomes: 0 success, 75 snoozed, 65 discarded, anything else a failed attempt")
    func exitCodes() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  end:
                    exec: ["sh", "end.sh"]
                    args: { code: integer }
                    retry: { max: 2, base: 50ms, cap: 50ms }
                """,
            scripts: ["end.sh": "read -r line; echo gone wrong >&2; exit $(printf '%s' \"$line\" | tr -dc 0-9)\n"])
        let daemon = try await Daemon.start(in: folder)

        #expect(try await daemon.runJob("end", "code=0")["state"] == "completed")

        let discarded = try await daemon.runJob("end", "code=65")
        #expect(discarded["state"] == "discarded")
        #expect(discarded["attempts"]?.array?.count == 1)

        let failed = try await daemon.runJob("end", "code=3")
        #expect(failed["state"] == "discarded")
        #expect(failed["attempt"] == 2)
        #expect(failed["attempts"]?.array?.map { $0["outcome"] } == ["failure", "failure"])
        #expect(failed["error"]?["code"] == "exit_3")

        let id = try await daemon.cli("job", "add", "end", "code=75", "-o", "json")
        let name = try #require(try JSONParser.parse(id.output)["id"]?.string)
        let snoozed = try await eventually("the job snoozes") {
            let job = try await daemon.job(name)
            return job["attempts"]?[0]?["outcome"] == "snoozed" ? job : nil
        }
        #expect(snoozed["attempt"] == 0)
        #expect(try await daemon.cli("job", "cancel", name).status == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test("a timeout ends the whole group, the child that ignores TERM and the grandchild in the background too")
    func timeout() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  stubborn: { exec: ["./stubborn.sh"], timeout: 4s, kill_after: 200ms, retry: { max: 1 } }
                """,
            scripts: [
                "stubborn.sh":
                    "#!/bin/sh\ntrap '' TERM\n(trap '' TERM; sleep 600) & echo $! > grandchild.pid\necho $$ > child.pid\nsleep 600\nsleep 600\n"
            ])
        let daemon = try await Daemon.start(in: folder)
        let job = try await daemon.runJob("stubborn")
        #expect(job["state"] == "discarded")
        #expect(job["attempts"]?[0]?["outcome"] == "timeout")
        for name in ["child.pid", "grandchild.pid"] {
            let pid = try #require(
                folder.read(name).flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
            #expect(!isAlive(pid))
        }
        #expect(try await daemon.stop() == 0)
    }

    @Test("a flood of output is cut at its start, and control characters never reach the terminal raw")
    func output() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  flood: { exec: ["./flood.sh"], output: 4KiB }
                  paint: { exec: ["./paint.sh"], retry: { max: 1 } }
                """,
            scripts: [
                "flood.sh": "#!/bin/sh\nhead -c 50000000 /dev/zero | tr '\\0' x\necho the end\n",
                "paint.sh":
                    "#!/bin/sh\nprintf '\\033[31mred\\033[0m\\007\\n'\nprintf 'bad \\033]0;title\\007\\n' >&2\nexit 1\n",
            ])
        let daemon = try await Daemon.start(in: folder)
        let job = try await daemon.runJob("flood", wait: "60s")
        #expect(job["state"] == "completed")
        let id = try #require(job["id"]?.string)
        let logs = try await daemon.cli("job", "logs", id)
        #expect(logs.output.utf8.count < 8000)
        #expect(logs.output.contains("the end"))

        let painted = try await daemon.runJob("paint")
        let paintedID = try #require(painted["id"]?.string)
        for command in [["job", "logs", paintedID], ["job", "show", paintedID], ["job", "ls"]] {
            let shown = try await Command.run(
                Binary.path, command, in: folder.path, environment: ["MAINSPRING_URL": daemon.url])
            #expect(!shown.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
        }
        #expect(!daemon.standardError.contains("\u{1B}"))
        #expect(try await daemon.stop() == 0)
    }

    @Test("a missing executable fails the attempt with its reason and uses up the attempts, no more")
    func missingExecutable() async throws {
        let folder = try ScratchFolder(
            config: "jobs:\n  nothing: { exec: [\"./not-there.sh\"], retry: { max: 2, base: 10ms } }\n")
        let daemon = try await Daemon.start(in: folder)
        let job = try await daemon.runJob("nothing")
        #expect(job["state"] == "discarded")
        #expect(job["attempt"] == 2)
        #expect(job["error"]?["message"]?.string?.contains("not-there.sh") == true)
        #expect(try await daemon.stop() == 0)
    }

    @Test("a result that is not JSON fails the attempt; text and none are taken as declared")
    func results() async throws {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  json: { exec: ["echo", "not json"], result: json, retry: { max: 1 } }
                  text: { exec: ["echo", "plain text"], result: text }
                  none: { exec: ["echo", "ignored"] }
                """)
        let daemon = try await Daemon.start(in: folder)
        #expect(try await daemon.runJob("json")["error"]?["code"] == "bad_result")
        #expect(try await daemon.runJob("text")["result"] == "plain text")
        #expect(try await daemon.runJob("none")["result"] == .null)
        #expect(try await daemon.stop() == 0)
    }
}
