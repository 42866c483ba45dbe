import Glibc

/// One look at a service's socket. Blocks for about a second at most, so never on a shared thread.
enum ReadinessProbe {
    static func succeeds(_ check: Readiness.Check) -> Bool {
        switch check {
        case .started, .after, .reported: return true
        case .tcp(let host, let port):
            guard let socket = connect(host, port) else { return false }
            close(socket)
            return true
        case .http(let text):
            guard let url = ProbeURL(text), let socket = connect(url.host, url.port) else { return false }
            defer { close(socket) }
            let head =
                "GET \(url.path) HTTP/1.1\r\nHost: \(url.authority)\r\n"
                + "User-Agent: mainspring\r\nConnection: close\r\n\r\n"
            return send(head, to: socket) && answers2xx(socket)
        }
    }

    private static func connect(_ host: String, _ port: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var next = list
        while let address = next {
            if let socket = connect(address.pointee) { return socket }
            next = address.pointee.ai_next
        }
        return nil
    }

    private static func connect(_ address: addrinfo) -> Int32? {
        let kind = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(address.ai_family, kind, address.ai_protocol)
        guard socket >= 0 else { return nil }
        // On Linux the send timeout bounds connect() too.
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    private static func send(_ text: String, to socket: Int32) -> Bool {
        let bytes = Array(text.utf8)
        // A request of this size fits the empty send buffer of a new socket: one call takes it all.
        return Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func answers2xx(_ socket: Int32) -> Bool {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        // "HTTP/1.1 200" is twelve bytes: whoever sends them in more than four pieces is not ready.
        for _ in 0..<4 where line.count < 12 {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            line += buffer[..<count]
        }
        guard line.count >= 12, line.starts(with: Array("HTTP/1.".utf8)), line[8] == UInt8(ascii: " ") else {
            return false
        }
        return line[9] == UInt8(ascii: "2")
    }
}
