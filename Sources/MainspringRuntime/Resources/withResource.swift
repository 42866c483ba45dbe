public import Logging
public import MainspringCore

/// Acquires a resource, lends it to `body`, and releases it on every path: after a value, an error, or a cancellation.
///
/// The release runs in a task of its own, which the caller's cancellation does not reach, off the caller's actor, and is
/// waited for. When it takes longer than `limit` it is cancelled, left, and listed in `zombies` as `release of NAME`; that is
/// an error of the release (`timed_out`). A failed acquisition releases nothing.
///
/// Throws the error of the acquisition or of the body. An error of the release is thrown when the body returned a value,
/// which is then lost, and logged as a warning when the body threw.
public func withResource<Resource: Sendable, Value>(
    _ name: String, releaseWithin limit: Duration = .seconds(5), zombies: ZombieRegister,
    time: any TimeSource = SystemTime(), logger: Logger = Logger(label: "mainspring.resources"),
    isolation: isolated (any Actor)? = #isolation, fileID: String = #fileID, line: Int = #line,
    acquire: () async throws -> Resource,
    release: @escaping @Sendable @concurrent (Resource) async throws -> Void,
    body: (Resource) async throws -> Value
) async throws -> Value {
    let resource = try await acquire()
    let releasing = {
        let task = Task(name: "release of \(name)") {
            try await withAbandoningDeadline(
                limit, name: "release of \(name)", zombies: zombies, time: time, fileID: fileID, line: line
            ) { try await release(resource) }
        }
        return await task.result
    }
    let value: Value
    do {
        value = try await body(resource)
    } catch {
        if case .failure(let failure) = await releasing() {
            logger.warning(
                "A resource was not released properly after its user failed",
                metadata: ["resource": "\(name)", "error": "\(failure)"])
        }
        throw error
    }
    try await releasing().get()
    return value
}
