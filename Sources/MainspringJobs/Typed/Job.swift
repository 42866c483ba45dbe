public import MainspringCore

/// A job in Swift: the type is its kind, and the value is its payload.
///
/// The payload is stored as JSON, outlives the program, and may be read by a later build of it: see ``version``.
public protocol Job: Codable, Sendable {
    /// Nothing, or something `Codable`; any other type does not compile.
    associatedtype Output: Sendable = Void

    /// Names the kind in the store, in files and on every surface: up to 64 letters, digits, dots, hyphens and underscores.
    /// Stored jobs carry it, so a new name leaves them behind.
    static var kind: String { get }

    /// How jobs of this kind are run, unless whoever enqueues one says otherwise. By default as ``JobOptions`` is without
    /// arguments.
    static var options: JobOptions { get }

    /// Of the payload's form: to be raised with every change that an older build could not read. 1 by default.
    ///
    /// A node runs stored jobs of its own version and of older ones. A newer one waits, parked, for a node that knows it.
    static var version: Int { get }

    /// Makes a payload of the present version out of one of an older version.
    ///
    /// The default passes it on as it is, which is enough where members were only added that may be missing. What it throws
    /// discards the job with the code `bad_payload`.
    static func upcast(_ payload: [String: JSONValue], from version: Int) throws -> [String: JSONValue]

    /// How the result is stored, as JSON text of at most 1 MiB. There is a default for nothing and for what is `Codable`.
    static var resultForm: JobResultForm<Output> { get }

    /// What follows when ``run(_:)`` threw `error`, so many attempts used. By default the policy of ``options`` decides.
    ///
    /// Not asked after ``JobSnooze`` and ``JobDiscard``, nor when the attempt was told to end.
    static func retry(after error: any Error, attempts: Int) -> JobRetry

    /// Does the work. It may run more than once, when a node died with it or its end could not be written: let what it does
    /// outside be the same the second time.
    ///
    /// Runs on the concurrency pool, never on the actor of whoever declared or enqueued it. When the attempt shall end its
    /// task is cancelled; one that does not end within the kind's `patience` is settled without it and can no longer write.
    ///
    /// What it throws fails the attempt; ``JobSnooze`` and ``JobDiscard`` say otherwise.
    @concurrent func run(_ context: JobContext) async throws -> Output
}

extension Job {
    public static var options: JobOptions { JobOptions() }

    public static var version: Int { 1 }

    public static func upcast(_ payload: [String: JSONValue], from version: Int) throws -> [String: JSONValue] {
        payload
    }

    public static func retry(after error: any Error, attempts: Int) -> JobRetry { .byPolicy }
}
