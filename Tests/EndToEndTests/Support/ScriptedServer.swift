import Foundation
import Glibc
import Synchronization

/// A receiver on loopback that answers by path, and remembers what it was sent.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var line: String
        var head: String
        var body: String
    }

    let port: Int
    private let descriptor: Int32
    private let requests = Mutex<[Request]>([])
    private let answer: @Sendable (Request) -> String?

    var received: [Request] { requests.withLock { $0 } }

    /// `answer` gives the status line's rest, headers and body; nil closes the connection without one.
    init(_ answer: @escaping @Sendable (Request) -> String?) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        descriptor = listener
        port = Int(in_port_t(bigEndian: address.sin_port))
        guard bound else { throw TimedOut(description: "no port for the scripted server") }
        Thread.detachNewThread { [self] in serve() }
    }

    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { break }
            handle(client)
            Glibc.close(client)
        }
        Glibc.close(descriptor)
    }

    private func handle(_ client: Int32) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let head = String(text[..<end.lowerBound])
            let length =
                head.lowercased().components(separatedBy: "content-length:").dropFirst().first
                .flatMap { Int($0.prefix { $0 != "\r" }.trimmingCharacters(in: .whitespaces)) } ?? 0
            let body = String(text[end.upperBound...])
            guard body.utf8.count >= length else { continue }
            let request = Request(line: String(head.prefix { !$0.isNewline }), head: head, body: body)
            requests.withLock { $0.append(request) }
            if let reply = answer(request) {
                let out = Array("HTTP/1.1 \(reply)".utf8)
                _ = out.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            return
        }
    }
}
