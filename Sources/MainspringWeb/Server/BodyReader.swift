import HTTPTypes
import HummingbirdCore
import MainspringCore
import NIOCore

/// Reads a request's body once, within a limit.
struct BodyReader {
    /// Nil for a request without a body.
    private var iterator: RequestBody.AsyncIterator? {
        didSet { if iterator == nil { deadline?.cancel() } }
    }
    /// Cuts a client off that sends too slowly; cancelled once everything was read.
    var deadline: (any ScheduledAction)?
    /// As the client announced it; nil for a chunked body.
    let announced: Int?

    init(_ request: Request) {
        announced = request.headers[.contentLength].flatMap { Int($0) }
        let hasBody = request.headers[.transferEncoding] != nil || announced.map { $0 > 0 } ?? false
        iterator = hasBody ? request.body.makeAsyncIterator() : nil
    }

    /// Everything that the client sent was read: the connection can be used again.
    var isFinished: Bool { iterator == nil }

    /// The whole body; nil as soon as it is known to be longer than `limit`.
    @concurrent mutating func collect(upTo limit: Int) async throws -> [UInt8]? {
        if let announced, announced > limit { return nil }
        guard var iterator else { return [] }
        var bytes: [UInt8] = []
        while let buffer = try await iterator.next() {
            guard bytes.count + buffer.readableBytes <= limit else {
                self.iterator = iterator
                return nil
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        self.iterator = nil
        return bytes
    }

    /// Reads on and forgets.
    @concurrent mutating func discard() async throws {
        guard var iterator else { return }
        while try await iterator.next() != nil {}
        self.iterator = nil
    }
}
