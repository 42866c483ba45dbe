import Foundation
import Glibc
import MainspringCore
import MainspringRuntime
import Synchronization
import Testing

@Suite("Under systemd")
struct SystemdTests {
    private static let unit = "\(Binary.packageRoot)/Examples/systemd/mainspring.service"

    @Test("the example's unit is verified by systemd") func verified() async throws {
        let folder = try ScratchFolder()
        let text = try String(contentsOfFile: Self.unit, encoding: .utf8)
        let program = "/usr/local/bin/mainspring"
        #expect(text.contains("ExecStart=\(program) run "))
        try folder.write("mainspring.service", text.replacingOccurrences(of: program, with: Binary.path))
        let tool = "/usr/bin/systemd-analyze"
        try #require(FileManager.default.isExecutableFile(atPath: tool), "scripts/setup test installs systemd")
        let result = try await Command.run(tool, ["verify", folder.file("mainspring.service")], in: folder.path)
        #expect(result.status == 0)
        // Older ones keep Type=notify and say so.
        let complaints = (result.output + result.errors).split(separator: "\n")
            .filter { $0.contains("mainspring.service") && !$0.contains("ignoring: notify-reload") }
        #expect(complaints == [])
    }

    @Test("the unit's times fit what a node does by default") func numbers() throws {
        let policy = ShutdownPolicy()
        #expect(try seconds("TimeoutStopSec") >= policy.deadline + .seconds(2))
        // A node whose pool is slow, but not blocked for as long as the heart waits, is left alone.
        #expect(try seconds("WatchdogSec") >= HeartPolicy().wedged * 2)
        // What a node waits for at its start, and as much again for the store.
        #expect(try seconds("TimeoutStartSec") >= .seconds(60))
        #expect(try values("Type") == ["notify", "notify-reload"])
        #expect(try values("KillMode") == ["mixed"])
        #expect(try values("KillSignal") == ["SIGTERM"])
        #expect(try values("RestartPreventExitStatus") == ["64 77 78"])
    }

    @Test("a node tells of its start, its reload, its life and its stop, and its commands know nothing of that")
    func notified() async throws {
        let folder = try ScratchFolder(
            config: """
                shutdown: { grace: 1s, cancel: 1s }
                jobs:
                  show: { exec: ["env"], result: text }
                """)
        let manager = try NotifyListener()
        let daemon = try await Daemon.start(
            in: folder, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"])
        let start = try await manager.next { !$0.hasPrefix("WATCHDOG") }
        #expect(start.hasPrefix("READY=1\nSTATUS="))
        #expect(start.contains("0 jobs running"))
        #expect(folder.exists(".mainspring/run.json"))
        for _ in 0..<3 { _ = try await manager.next { $0 == "WATCHDOG=1" } }

        daemon.signal(SIGHUP)
        let reload = try await manager.next { !$0.hasPrefix("WATCHDOG") }
        #expect(reload.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        #expect(try await manager.next { !$0.hasPrefix("WATCHDOG") }.hasPrefix("READY=1\n"))

        let job = try await daemon.runJob("show")
        let environment = try #require(job["result"]?.string)
        #expect(environment.contains("PATH="))
        #expect(!environment.contains("NOTIFY_SOCKET") && !environment.contains("WATCHDOG"))

        #expect(try await daemon.stop() == 0)
        #expect(try await manager.next { !$0.hasPrefix("WATCHDOG") }.hasPrefix("STOPPING=1\nSTATUS="))
        // 1 s + 1 s, and 7 s for services and the rest.
        #expect(try await manager.next { !$0.hasPrefix("WATCHDOG") } == "EXTEND_TIMEOUT_USEC=9000000")
    }

    private func values(_ key: String) throws -> [String] {
        try String(contentsOfFile: Self.unit, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    private func seconds(_ key: String) throws -> Duration {
        let value = try #require(try values(key).last)
        return .seconds(try #require(Int(value.dropLast()), "\(key) is in seconds"))
    }
}

/// The service manager's end of NOTIFY_SOCKET: it takes what comes at once, as the system keeps only a few for it.
private final class NotifyListener: Sendable {
    let path = "/tmp/mspr-notify-\(UUID().uuidString.prefix(12))"
    private let inbox = Inbox()

    init() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let failed = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(failed == 0)
        Thread.detachNewThread { [inbox] in inbox.fill(from: descriptor) }
    }

    deinit {
        inbox.close()
        unlink(path)
    }

    /// The next one that `match` takes; those before it are forgotten.
    func next(_ match: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await eventually("a message") { self.inbox.take(match) }
    }

    private final class Inbox: Sendable {
        private let messages = Mutex<[String]>([])
        private let isClosed = Mutex(false)

        func close() { isClosed.withLock { $0 = true } }

        func take(_ match: (String) -> Bool) -> String? {
            messages.withLock { messages in
                guard let place = messages.firstIndex(where: match) else { return nil }
                defer { messages.removeFirst(place + 1) }
                return messages[place]
            }
        }

        func fill(from descriptor: Int32) {
            var limit = timeval(tv_sec: 0, tv_usec: 200_000)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var bytes = [UInt8](repeating: 0, count: 4096)
            while !isClosed.withLock({ $0 }) {
                let count = recv(descriptor, &bytes, bytes.count, 0)
                guard count > 0 else { continue }
                messages.withLock { $0.append(String(decoding: bytes[..<count], as: UTF8.self)) }
            }
            Glibc.close(descriptor)
        }
    }
}
