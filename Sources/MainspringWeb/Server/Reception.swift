import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Where the event loops meet the pool: what the former may answer themselves, and the connections that wait for the latter.
///
/// Connections that were given to the pool are bounded, so that requests which pile up before a blocked one, long given up by
/// their clients, neither fill the memory nor keep probes out; one more is closed.
final class Reception: Sendable {
    typealias Connection = HTTP1Channel.Value

    private struct State {
        var responder: RequestResponder?
        var line: [Connection] = []
        /// In the line, or taken from it and not done.
        var given = 0
        var refused = 0
        var waiter: CheckedContinuation<Connection?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Connections that the pool has, or is to have.
    var given: Int { state.withLock { $0.given } }

    /// Connections that found no room.
    var refused: Int { state.withLock { $0.refused } }

    /// From here on probes are answered.
    func open(_ responder: RequestResponder) { state.withLock { $0.responder = responder } }

    /// Nil for a request that needs the pool.
    func reply(to head: HTTPRequest) -> Reply? {
        state.withLock { $0.responder }?.immediateReply(to: head)
    }

    /// False when it must be closed.
    func take(_ connection: Connection) -> Bool {
        let (isTaken, waiter): (Bool, CheckedContinuation<Connection?, Never>?) = state.withLock { state in
            guard !state.isClosed, state.given < limit else {
                state.refused += 1
                return (false, nil)
            }
            state.given += 1
            defer { state.waiter = nil }
            if state.waiter == nil { state.line.append(connection) }
            return (true, state.waiter)
        }
        waiter?.resume(returning: connection)
        return isTaken
    }

    /// A connection that ``next()`` gave has ended.
    func finished() { state.withLock { $0.given -= 1 } }

    /// The next connection; nil once the reception is closed and the line empty. Only one task may ask.
    @concurrent func next() async -> Connection? {
        await withCheckedContinuation { continuation in
            let (isNow, connection): (Bool, Connection?) = state.withLock { state in
                if !state.line.isEmpty { return (true, state.line.removeFirst()) }
                if !state.isClosed { state.waiter = continuation }
                return (state.isClosed, nil)
            }
            if isNow { continuation.resume(returning: connection) }
        }
    }

    /// Takes no more.
    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}
