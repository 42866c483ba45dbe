import Glibc
import MainspringCore

/// The lock that makes a node the only one on its state folder: held with `flock` while this value lives, never unlinked.
final class NodeLock: Sendable {
    private let descriptor: Int32

    /// Throws `locked`, naming the process that holds it.
    init(path: String) throws(MainspringError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.openError(path, errno) }
        guard Self.take(descriptor) else {
            let holder = Self.holder(descriptor).map { "the process \($0)" } ?? "another process"
            close(descriptor)
            throw MainspringError(
                .locked, "\(holder) runs on this state folder (\(path))",
                hint: "Stop it first, or give this node another 'state:'.")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        close(descriptor)
    }

    /// Tried for a fifth of a second: the command line takes the lock for an instant to see whether a node runs.
    private static func take(_ descriptor: Int32) -> Bool {
        for _ in 0..<10 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(20_000)
        }
        return false
    }

    private static func openError(_ path: String, _ number: Int32) -> MainspringError {
        let cause = String(cString: strerror(number))
        return switch number {
        case EROFS:
            MainspringError(
                .storeReadOnly, "the lock \(path) cannot be opened", cause: cause,
                hint: "Make its file system writable, or give 'state:' a folder on another.")
        case ENOSPC, EDQUOT:
            MainspringError(
                .storeFull, "the lock \(path) cannot be made", cause: cause, hint: "Free space on its file system.")
        default:
            MainspringError(
                .configuration, "the lock \(path) cannot be opened", cause: cause,
                hint: "Check who owns the state folder.")
        }
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self))
    }
}
