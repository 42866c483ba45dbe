import Glibc
import MainspringCore

/// `run.json`: how the command line finds a running node. Trusted only while the lock is held.
struct RunFile {
    let path: String

    /// Written beside its place, then renamed: a reader sees all of it or nothing.
    func write(node: String, url: String, startedAt: Timestamp) throws(MainspringError) {
        let document: JSONValue = [
            "node": .string(node), "pid": .integer(Int64(getpid())), "started_at": .string(startedAt.rfc3339),
            "url": .string(url),
        ]
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw error() }
        let bytes = Array((document.compactText + "\n").utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        guard written == bytes.count, rename(temporary, path) == 0 else { throw error() }
    }

    func remove() {
        unlink(path)
    }

    private func error() -> MainspringError {
        MainspringError(
            .storeFull, "\(path) cannot be written", cause: String(cString: strerror(errno)),
            hint: "Check the free space and the owner of the state folder.")
    }
}
