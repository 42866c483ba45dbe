internal import CMainspringSpawn
import Glibc
import Synchronization

/// One raw thread that waits for descriptors and runs what is handed to it, one thing after the other.
///
/// Not dispatch sources: those of swift-corelibs-libdispatch crash when pipes come and go quickly (use after free in
/// its epoll bookkeeping, swiftlang/swift-corelibs-libdispatch#949).
final class DescriptorLoop: Sendable {
    enum Direction { case reading, writing }

    /// Names one watching.
    typealias Token = UInt64

    private let core: Core

    /// Throws the error number.
    init() throws(ErrorNumber) {
        core = try Core()
        core.start()
    }

    deinit { core.stop() }

    /// Runs `work` on the loop's thread, after what was handed in before it. It must not block.
    func post(_ work: @escaping @Sendable () -> Void) { core.post(work) }

    /// Calls `onReady` on the loop's thread while the descriptor is ready, until it returns true or the watching is
    /// cancelled; then closes the descriptor and calls `onClosed`. Only from the loop's thread.
    func watch(
        _ descriptor: Int32, for direction: Direction, onReady: @escaping @Sendable () -> Bool,
        onClosed: @escaping @Sendable () -> Void = {}
    ) -> Token {
        core.watch(Watching(descriptor: descriptor, onReady: onReady, onClosed: onClosed), direction)
    }

    /// Nothing happens when the watching has ended. Only from the loop's thread.
    func cancel(_ token: Token) { core.end(token) }
}

private struct Watching {
    let descriptor: Int32
    let onReady: @Sendable () -> Bool
    let onClosed: @Sendable () -> Void
}

/// What the thread keeps alive; the loop itself may go before it.
private final class Core: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var watchings: [DescriptorLoop.Token: Watching] = [:]
        var lastToken: DescriptorLoop.Token = 0
        var isStopped = false
    }

    private static let wakeToken: DescriptorLoop.Token = 0

    private let epoll: Int32
    private let wake: Int32
    private let state = Mutex(State())

    init() throws(ErrorNumber) {
        epoll = mspr_epoll_open()
        wake = mspr_wake_open()
        let error = errno
        guard epoll >= 0, wake >= 0, mspr_epoll_add(epoll, wake, 0, Self.wakeToken) == 0 else {
            if epoll >= 0 { close(epoll) }
            if wake >= 0 { close(wake) }
            throw ErrorNumber(value: error)
        }
    }

    deinit {
        close(epoll)
        close(wake)
    }

    func start() {
        // Without a thread nothing works, and nothing has begun yet.
        precondition(RawThread.start("mspr-children") { self.run() }, "cannot create a thread")
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        mspr_wake(wake)
    }

    func post(_ work: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            state.work.append(work)
            return state.work.count == 1
        }
        if isFirst { mspr_wake(wake) }
    }

    func watch(_ watching: Watching, _ direction: DescriptorLoop.Direction) -> DescriptorLoop.Token {
        let token = state.withLock { state in
            state.lastToken += 1
            state.watchings[state.lastToken] = watching
            return state.lastToken
        }
        // It fails when the kernel is out of watches (fs.epoll.max_user_watches): then it is as if the other end had
        // closed.
        let failed = mspr_epoll_add(epoll, watching.descriptor, direction == .writing ? 1 : 0, token)
        if failed != 0 { end(token) }
        return token
    }

    func end(_ token: DescriptorLoop.Token) {
        guard let watching = state.withLock({ $0.watchings.removeValue(forKey: token) }) else { return }
        // Not left to close: a copy of the descriptor may live on in a child that is being started.
        mspr_epoll_remove(epoll, watching.descriptor)
        close(watching.descriptor)
        watching.onClosed()
    }

    private func run() {
        var tokens = [DescriptorLoop.Token](repeating: 0, count: 64)
        while !state.withLock({ $0.isStopped }) {
            let count = mspr_epoll_wait(epoll, &tokens, Int32(tokens.count))
            for token in tokens.prefix(Int(count)) {
                if token == Self.wakeToken { runWork() } else { serve(token) }
            }
        }
    }

    private func runWork() {
        mspr_wake_drain(wake)
        let work = state.withLock { state in
            defer { state.work = [] }
            return state.work
        }
        for item in work { item() }
    }

    private func serve(_ token: DescriptorLoop.Token) {
        guard let watching = state.withLock({ $0.watchings[token] }) else { return }
        if watching.onReady() { end(token) }
    }
}
