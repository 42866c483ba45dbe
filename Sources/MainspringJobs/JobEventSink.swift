import MainspringCore

/// Hands each event of the jobs to the outside, then to what acts on it here.
///
/// Not a `FanOutSink`: two events for each job pass here, and a list of anything costs more than three names.
final class JobEventSink: EventSink {
    private let outside: any EventSink
    private let promoter: Promoter
    private let waiters: JobWaiters

    init(outside: any EventSink, promoter: Promoter, waiters: JobWaiters) {
        self.outside = outside
        self.promoter = promoter
        self.waiters = waiters
    }

    func emit(_ event: MainspringEvent) {
        outside.emit(event)
        promoter.emit(event)
        waiters.emit(event)
    }
}
