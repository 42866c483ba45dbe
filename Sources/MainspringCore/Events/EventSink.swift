/// Everything that the runtime and the jobs report.
public enum MainspringEvent: Sendable, Equatable {
    case job(JobEvent)
    case service(ServiceEvent)
    case loop(LoopEvent)
    case store(StoreEvent)
}

/// Where events go; the only way out of the machines. It never throws and never blocks.
public protocol EventSink: Sendable {
    func emit(_ event: MainspringEvent)
}

/// Hands each event to every sink, in order.
public struct FanOutSink: EventSink {
    private let sinks: [any EventSink]

    public init(_ sinks: [any EventSink]) {
        self.sinks = sinks
    }

    public func emit(_ event: MainspringEvent) {
        for sink in sinks { sink.emit(event) }
    }
}
