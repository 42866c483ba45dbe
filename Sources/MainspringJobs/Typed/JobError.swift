/// An error that says under which code a failed attempt is recorded: metrics, searches and retry policies see the code.
public protocol JobError: Error {
    /// Up to 64 printable characters, such as `feed_down`.
    var code: String { get }
}
