import Dispatch
import Foundation
import Glibc
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("What systemd is told")
struct SystemdNotifierTests {
    private func notifier(
        _ manager: Manager, time: ManualTime = ManualTime(), _ environment: [String: String] = [:]
    ) -> SystemdNotifier {
        let environment = environment.merging(["NOTIFY_SOCKET": manager.address]) { $1 }
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        return SystemdNotifier(environment: { environment[$0] }, pid: 4242, time: time) { 1_234_567 }
    }

    @Test("start, reload and stop, in their order", arguments: Manager.Kind.allCases)
    private func life(kind: Manager.Kind) async throws {
        let manager = try Manager(kind)
        let notifier = notifier(manager)
        notifier.ready("0 jobs running, 3 services, ready")
        #expect(await manager.next() == "READY=1\nSTATUS=0 jobs running, 3 services, ready")
        notifier.reloading()
        notifier.ready("ready")
        #expect(await manager.next() == "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reloading")
        #expect(await manager.next() == "READY=1\nSTATUS=ready")
        notifier.stopping("2 jobs running", within: .seconds(32))
        #expect(await manager.next() == "STOPPING=1\nSTATUS=2 jobs running")
        #expect(await manager.next() == "EXTEND_TIMEOUT_USEC=32000000")
    }

    @Test("a line break in a status cannot begin a message") func oneLine() async throws {
        let manager = try Manager(.path)
        notifier(manager).status("a\nWATCHDOG=1")
        let text = try #require(await manager.next())
        #expect(text.hasPrefix("STATUS=a") && !text.contains("\n"))
    }

    @Test("the watchdog hears of it every half of its time, and only while the process is alive") func watchdog()
        async throws
    {
        let manager = try Manager(.path)
        let time = ManualTime()
        let notifier = notifier(manager, time: time, ["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "4242"])
        let alive = Box<Bool>()
        alive.set(true)
        notifier.keepAlive { alive.value == true }
        #expect(await manager.next() == "WATCHDOG=1")
        time.advance(by: .milliseconds(9999))
        notifier.status("between")
        #expect(await manager.next() == "STATUS=between")
        time.advance(by: .milliseconds(1))
        #expect(await manager.next() == "WATCHDOG=1")
        alive.set(false)
        time.advance(by: .seconds(60))
        alive.set(true)
        notifier.status("alive again")
        #expect(await manager.next() == "STATUS=alive again")
        time.advance(by: .seconds(10))
        #expect(await manager.next() == "WATCHDOG=1")
    }

    @Test(
        "a watchdog that is not meant for this process, or is none, is left alone",
        arguments: [
            ["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "soon"], [:],
        ])
    func noWatchdog(environment: [String: String]) async throws {
        let manager = try Manager(.path)
        let time = ManualTime()
        let notifier = notifier(manager, time: time, environment)
        notifier.keepAlive { true }
        #expect(time.pendingTimers == 0)
        notifier.status("end")
        #expect(await manager.next() == "STATUS=end")
    }

    @Test("without a socket, or with one of another kind, nothing happens") func absent() {
        for address in [nil, "", "relative", "vsock:2:1234", "@", "/" + String(repeating: "x", count: 107)] {
            let time = ManualTime()
            let notifier = SystemdNotifier(
                environment: { ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000"][$0] ?? nil }, pid: 1, time: time)
            notifier.ready("ready")
            notifier.keepAlive { true }
            #expect(notifier.dropped == 0)
            #expect(time.pendingTimers == 0)
        }
    }

    @Test("when nobody takes the messages, a few wait and the rest is counted", .timeLimit(.minutes(1))) func full()
        async throws
    {
        let manager = try Manager(.path)
        let notifier = notifier(manager)
        var count = 0
        // The system's own queue takes some (net.unix.max_dgram_qlen), then ours.
        while notifier.dropped == 0, count < 100_000 {
            notifier.status("\(count)")
            count += 1
        }
        #expect(notifier.dropped == 1)
        // What was taken comes whole and in order, once there is room.
        for number in 0..<count - 1 { #expect(await manager.next() == "STATUS=\(number)") }
    }

    @Test("a manager that is gone costs nothing but the message") func gone() async throws {
        let manager = try Manager(.path)
        let notifier = notifier(manager)
        manager.leave()
        notifier.ready("ready")
        await until { notifier.dropped == 1 }
    }
}

/// The other end: a datagram socket that a service manager would have.
private final class Manager: Sendable {
    enum Kind: CaseIterable { case path, abstract }

    let address: String
    private let descriptor: Int32
    private let hasLeft = Mutex(false)

    init(_ kind: Kind) throws {
        let name = "mspr-\(UUID().uuidString.prefix(12))"
        address = kind == .path ? "/tmp/\(name)" : "@\(name)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var bytes = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) }
        bytes += kind == .path ? Array(address.utf8) + [0] : [0] + Array(name.utf8)
        let failed = bytes.withUnsafeBytes { buffer in
            // Never nil: there is the family at least.
            bind(
                descriptor, buffer.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
        }
        try #require(failed == 0)
    }

    deinit { leave() }

    func leave() {
        let isFirst = hasLeft.withLock { hasLeft in
            defer { hasLeft = true }
            return !hasLeft
        }
        guard isFirst else { return }
        close(descriptor)
        unlink(address)
    }

    /// Nil when none comes within ten seconds.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "manager").async { continuation.resume(returning: self.receive()) }
        }
    }

    private func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
