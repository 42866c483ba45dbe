extension EventSubscription {
    /// Handles every event until the bus is finished and its last event handled.
    ///
    /// A handler that throws is counted (``EventBusCounters/failed``) and logged; the next event follows. With
    /// `stopOnError` its error ends the run and is thrown. Throws `CancellationError` when the task is cancelled. The
    /// subscription is over afterwards.
    public func run(
        stopOnError: Bool = false, _ handler: @Sendable @concurrent (Event) async throws -> Void
    ) async throws {
        for await event in self { try await handle(event, stopOnError: stopOnError, handler) }
        try Task.checkCancellation()
    }

    /// Handles what is buffered at the moment of the call, and returns how many events that were; it waits for none.
    ///
    /// Errors are treated as in ``run(stopOnError:_:)``. What a handler publishes is left for the next call, as is what was
    /// not handled yet when an error or a cancellation ends this one.
    @discardableResult
    public func processAll(
        stopOnError: Bool = false, _ handler: @Sendable @concurrent (Event) async throws -> Void
    ) async throws -> Int {
        let waiting = core.buffered(for: id)
        for handled in 0..<waiting {
            try Task.checkCancellation()
            guard let event = core.take(from: id) else { return handled }
            try await handle(event, stopOnError: stopOnError, handler)
        }
        return waiting
    }

    private func handle(
        _ event: Event, stopOnError: Bool, _ handler: @Sendable @concurrent (Event) async throws -> Void
    ) async throws {
        do {
            try await handler(event)
        } catch {
            if error is CancellationError, Task.isCancelled { throw error }
            core.handlerFailed(error)
            if stopOnError { throw error }
        }
    }
}
