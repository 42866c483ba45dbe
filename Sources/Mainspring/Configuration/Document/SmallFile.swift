import Glibc

/// Reads files that are small by nature.
enum SmallFile {
    struct Failure: Error {
        /// The operating system's words, or the limit.
        let reason: String
        let isMissing: Bool
    }

    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // A FIFO would block until somebody writes.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "not a regular file", isMissing: false) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw Failure(reason: "larger than \(limit) bytes", isMissing: false) }
        }
    }

    static func readText(_ path: String, limit: Int) throws(Failure) -> String {
        guard let text = String(validating: try read(path, limit: limit), as: UTF8.self) else {
            throw Failure(reason: "not UTF-8", isMissing: false)
        }
        return text
    }

    private static func failure() -> Failure {
        Failure(reason: String(cString: strerror(errno)), isMissing: errno == ENOENT || errno == ENOTDIR)
    }
}
