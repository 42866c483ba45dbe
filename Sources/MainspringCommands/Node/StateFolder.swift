import Glibc
import MainspringCore

/// What a node left in its state folder, read without ever changing it.
struct StateFolder: Sendable {
    struct Run: Sendable, Equatable {
        var address: NodeAddress
        var pid: Int64?
        var node: String?
    }

    private static let maxBytes = 64 << 10

    let path: String

    var exists: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// A node runs on this folder. A shared lock is asked for and given back at once: unlike an exclusive one, it is never
    /// mistaken for a node by another command that looks at the same moment.
    var isHeld: Bool {
        let descriptor = open("\(path)/lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            guard errno == EINTR else { return errno == EWOULDBLOCK }
        }
        flock(descriptor, LOCK_UN)
        return false
    }

    /// Nil while the node has not written it, or when it says nothing usable. Believe it only while ``isHeld``.
    var run: Run? {
        guard let bytes = contents(of: "\(path)/run.json"), let document = try? JSONParser.parse(bytes),
            let address = document["url"]?.string.flatMap(NodeAddress.init)
        else { return nil }
        return Run(address: address, pid: document["pid"]?.integer, node: document["node"]?.string)
    }

    private func contents(of file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.maxBytes)
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? Array(bytes[..<filled]) : nil }
            filled += count
        }
        return nil
    }
}
