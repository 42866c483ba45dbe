import MainspringCore
import MainspringStore
import Synchronization

/// Turns changes of a failover store into events.
final class FailoverNews: Sendable {
    private struct State {
        var last: FailoverStatus
        /// When the server was left.
        var leftAt: Timestamp?
    }

    private let state: Mutex<State>
    private let sink: any EventSink
    private let time: any TimeSource

    init(sink: any EventSink, time: any TimeSource) {
        self.sink = sink
        self.time = time
        state = Mutex(State(last: FailoverStatus(since: time.now())))
    }

    func tell(_ status: FailoverStatus) {
        let now = time.now()
        let events: [StoreEvent] = state.withLock { state in
            let last = state.last
            state.last = status
            var events: [StoreEvent] = []
            if let lost = status.dataLostAt, lost != last.dataLostAt { events.append(.lostData) }
            if let problem = status.problem, problem != last.problem { events.append(.stuck(problem)) }
            let reasonChanged = status.state == .spooling && status.reason != last.reason
            guard status.state != last.state || reasonChanged else { return events }
            switch status.state {
            case .spooling:
                state.leftAt = state.leftAt ?? status.since
                events.append(.spooling(reason: status.reason?.rawValue ?? "unreachable"))
            case .draining: events.append(.draining(jobs: status.spool.jobs, ends: status.spool.ends))
            case .primary:
                events.append(.returned(after: max(.zero, now - (state.leftAt ?? last.since))))
                state.leftAt = nil
            }
            return events
        }
        for event in events { sink.emit(.store(event)) }
    }
}
