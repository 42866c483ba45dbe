import Dispatch
import Glibc
import Synchronization

/// A log file of bounded size: when it is full it becomes `NAME.1`, and the one before that is gone.
///
/// Written on a private queue. What does not fit its backlog, or cannot be written (a full disk), is dropped and
/// counted; the count is the next line that can be written.
final class RotatingLogFile: Sendable {
    private struct Backlog {
        var lines: [String] = []
        var bytes = 0
        var dropped = 0
        var isScheduled = false
    }

    /// Bytes that wait to be written.
    static let backlogLimit = 1024 * 1024

    private let backlog = Mutex(Backlog())
    private let folder: String
    private let name: String
    private let limit: Int
    private let queue: DispatchQueue
    private let droppedInAll = Atomic(0)

    /// `limit` is the size in bytes of one of the two files.
    init(folder: String, name: String, limit: Int, queue: DispatchQueue) {
        self.folder = folder
        self.name = name
        self.limit = limit
        self.queue = queue
    }

    /// Lines that reached no file since the start.
    var droppedLines: Int { droppedInAll.load(ordering: .relaxed) }

    /// Never blocks.
    func write(_ lines: [String]) {
        let mustSchedule = backlog.withLock { backlog in
            for line in lines {
                guard backlog.bytes + line.utf8.count <= Self.backlogLimit else {
                    backlog.dropped += 1
                    droppedInAll.add(1, ordering: .relaxed)
                    continue
                }
                backlog.lines.append(line)
                backlog.bytes += line.utf8.count
            }
            defer { backlog.isScheduled = true }
            return !backlog.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Waits until what was written before is in the file.
    func flush() { queue.sync {} }

    private func drain() {
        let (lines, dropped) = backlog.withLock { backlog in
            defer { backlog = Backlog() }
            return (backlog.lines, backlog.dropped)
        }
        var text = dropped > 0 ? "(\(dropped) lines dropped)\n" : ""
        for line in lines { text += line }
        guard append(Array(text.utf8)) else {
            droppedInAll.add(lines.count, ordering: .relaxed)
            return backlog.withLock { $0.dropped += dropped + lines.count }
        }
    }

    /// False when nothing, or not all, could be written.
    private func append(_ bytes: [UInt8]) -> Bool {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        var file = openFile(directory)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        if status.st_size > 0, Int(status.st_size) + bytes.count > limit {
            guard renameat(directory, name, directory, name + ".1") == 0 else { return false }
            close(file)
            file = openFile(directory)
            guard file >= 0 else { return false }
        }
        return bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress! + offset, buffer.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                offset += count
            }
            return true
        }
    }

    private func openFile(_ directory: Int32) -> Int32 {
        openat(directory, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    }
}
