extension Sequence where Element: Sendable {
    /// Transforms every element, at most `limit` at once, and returns one result per element in their order.
    ///
    /// One failure touches no other element. When the task is cancelled, so are the transforms that run; all of them are
    /// awaited, and elements that were not started get a `CancellationError`. The next element is taken from the sequence
    /// when a place is free: memory grows with the results, not with tasks. A limit below 1 counts as 1. For a time limit
    /// per element, set a deadline inside `transform`.
    public func mapConcurrently<Output: Sendable>(
        limit: Int, _ transform: @escaping @Sendable @concurrent (Element) async throws -> Output
    ) async -> [Result<Output, any Error>] {
        await withTaskGroup(of: (Int, Result<Output, any Error>).self) { group in
            var results: [Result<Output, any Error>] = []
            results.reserveCapacity(underestimatedCount)
            var running = 0
            for element in self {
                if running >= limit, let (index, result) = await group.next() {
                    results[index] = result
                    running -= 1
                }
                let index = results.count
                // What an element gets that is not started; a result takes its place.
                results.append(.failure(CancellationError()))
                let isStarted = group.addTaskUnlessCancelled {
                    do { return (index, .success(try await transform(element))) } catch {
                        return (index, .failure(error))
                    }
                }
                if isStarted { running += 1 }
            }
            for await (index, result) in group { results[index] = result }
            return results
        }
    }

    /// Transforms every element, at most `limit` at once, or throws the first error.
    ///
    /// The first error, or a cancellation of the task, cancels the transforms that run and starts no more; it is thrown when
    /// all of them have ended, so that nothing is left running. Otherwise as ``mapConcurrently(limit:_:)``.
    public func mapAllConcurrently<Output: Sendable>(
        limit: Int, _ transform: @escaping @Sendable @concurrent (Element) async throws -> Output
    ) async throws -> [Output] {
        try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            var outputs: [Output?] = []
            outputs.reserveCapacity(underestimatedCount)
            var running = 0
            for element in self {
                if running >= limit, let (index, output) = try await group.next() {
                    outputs[index] = output
                    running -= 1
                }
                try Task.checkCancellation()
                let index = outputs.count
                outputs.append(nil)
                group.addTask { (index, try await transform(element)) }
                running += 1
            }
            for try await (index, output) in group { outputs[index] = output }
            return outputs.compactMap(\.self)
        }
    }
}
