import MainspringCore
import NIOCore
import Synchronization

/// The connections that are open now, up to a limit.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isQuiescing = false
        var isGraceOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var isQuiescing: Bool { state.withLock { $0.isQuiescing } }

    /// False when there is no room, or the server stops: then it must be closed.
    func add(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.isQuiescing, state.channels.count < limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    func remove(_ channel: any Channel) {
        let isLast = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            return state.channels.isEmpty
        }
        if isLast { wake() }
    }

    /// Idle connections close; the others after the answer that they are at.
    func quiesce() {
        let channels = state.withLock { state in
            state.isQuiescing = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Waits until none is left, at most `grace`, and not in a cancelled task. Only one task may wait.
    func drained(within grace: Duration, time: any TimeSource) async {
        state.withLock { $0.isGraceOver = false }
        let timer = time.schedule(after: grace) {
            self.state.withLock { $0.isGraceOver = true }
            self.wake()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.channels.isEmpty || state.isGraceOver || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer.cancel()
    }

    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    private func wake() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
