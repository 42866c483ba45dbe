/// Who is told what became of a command: exactly once.
enum RedisWaiter: Sendable {
    typealias One = UnsafeContinuation<Result<RedisValue, RedisError>, Never>
    typealias Many = UnsafeContinuation<Result<[RedisValue], RedisError>, Never>

    // Unsafe ones, as checked ones would be the largest part of a call's cost. A machine holds each in one place.
    case one(One)
    case many(Many)
    /// The connection itself, which asked for a subscription.
    case subscription
    /// The connection itself, which asked whether the server is there.
    case heartbeat

    func fail(_ error: RedisError) {
        switch self {
        case .one(let continuation): continuation.resume(returning: .failure(error))
        case .many(let continuation): continuation.resume(returning: .failure(error))
        case .subscription, .heartbeat: break
        }
    }
}
