import Foundation
import Glibc
import MainspringCore
import MainspringTesting
import Testing

/// In a process id space of its own, as in a container.
@Suite("As the first process of a container", .enabled(if: Container.isAllowed, "this system allows no namespaces"))
struct ContainerTests {
    @Test("orphans are reaped, the node's own children keep their exit status, and TERM stops it") func firstProcess()
        async throws
    {
        let folder = try ScratchFolder(
            config: """
                jobs:
                  orphans: { exec: ["./orphans.sh"] }
                  seven: { exec: ["sh", "-c", "exit 7"], retry: { max: 1 } }
                """,
            scripts: [
                // The middle process ends first, so that the last ones lose their parent.
                "orphans.sh": """
                #!/bin/sh
                for i in 1 2 3; do setsid -f sh -c 'echo $$ >> orphans.txt; sleep 0.2'; done
                while [ "$(wc -l < orphans.txt)" -lt 3 ]; do sleep 0.01; done

                """
            ])
        let daemon = try await Daemon.start(in: folder, through: Container.command)
        let node = try await eventually("the node is forked") { Container.children(of: daemon.pid).first }
        #expect(try await daemon.runJob("orphans")["state"] == "completed")
        // One child is left: the warden.
        _ = try await eventually("the orphans are gone") { Container.children(of: node).count == 1 ? true : nil }
        for _ in 0..<5 {
            let job = try await daemon.runJob("seven")
            #expect(job["state"] == "discarded")
            #expect(job["error"]?["message"]?.string?.contains("7") == true, "\(job)")
        }
        kill(node, SIGTERM)
        #expect(try await daemon.waitForExit() == 0)
    }
}

private enum Container {
    /// Runs what follows as the first process of a process id space.
    static let command =
        ["/usr/bin/unshare"] + (geteuid() == 0 ? [] : ["--user", "--map-root-user"]) + [
            "--pid", "--fork", "--kill-child", "--mount-proc",
        ]

    static let isAllowed: Bool = {
        guard let process = try? SpawnedProcess(command[0], command.dropFirst() + ["/bin/true"]) else { return false }
        var status: Int32 = 0
        return waitpid(process.pid, &status, 0) == process.pid && status == 0
    }()

    /// Zombies included.
    static func children(of parent: Int32) -> [Int32] {
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return pids.filter { pid in
            guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
            return stat.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
                == parent
        }
    }
}
