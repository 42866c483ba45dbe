import Dispatch
import Glibc
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("Readiness probes over real sockets")
struct ReadinessProbeTests {
    @Test(
        "an answer of 2xx is ready and nothing else is",
        arguments: [
            ("HTTP/1.1 200 OK\r\n\r\n", true), ("HTTP/1.0 204 No Content\r\n\r\n", true),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false), ("HTTP/1.1 302 Found\r\n\r\n", false), ("", false),
            ("SSH-2.0-OpenSSH_9.2", false),
        ])
    func http(answer: String, isReady: Bool) throws {
        let server = try TestServer(answer: answer)
        #expect(ReadinessProbe.succeeds(.http("http://127.0.0.1:\(server.port)/healthz?deep")) == isReady)
        server.stop()
        #expect(server.request == "GET /healthz?deep HTTP/1.1")
    }

    @Test("a port that accepts is ready, one that refuses is not")
    func tcp() throws {
        let server = try TestServer(answer: "")
        #expect(ReadinessProbe.succeeds(.tcp(host: "127.0.0.1", port: server.port)))
        server.stop()
        #expect(!ReadinessProbe.succeeds(.tcp(host: "127.0.0.1", port: server.port)))
    }
}

/// Accepts one connection, keeps the first line of what it says, answers and closes.
private final class TestServer: Sendable {
    let port: Int
    private let socket: Int32
    private let heard = Mutex("")
    private let done = DispatchSemaphore(value: 0)

    var request: String { heard.withLock { $0 } }

    init(answer: String) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(socket, name, size) == 0 && listen(socket, 8) == 0 && getsockname(socket, name, &size) == 0
            }
        }
        try #require(bound)
        self.socket = socket
        port = Int(UInt16(bigEndian: address.sin_port))
        DispatchQueue(label: "test server").async { self.serve(Array(answer.utf8)) }
    }

    private func serve(_ answer: [UInt8]) {
        let connection = accept(socket, nil, nil)
        close(socket)
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = recv(connection, &buffer, buffer.count, 0)
        let line = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\r") }
        heard.withLock { $0 = String(decoding: line, as: UTF8.self) }
        _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        close(connection)
        done.signal()
    }

    /// Returns once the port is free.
    func stop() { done.wait() }
}
