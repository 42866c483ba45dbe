import Glibc
import MainspringCore
import MainspringRuntime

/// The folder beside a database, `PATH-bells`, with one socket for each process that wants to be woken.
///
/// Only its owner can enter it, so whoever rings is of the same user, or root.
final class BellFolder: Sendable {
    /// What the name of a socket ends with before its process listens on it.
    private static let unfinished = ".new"

    let path: String
    private let descriptor: Int32

    /// Makes the folder when there is none. Throws `store_read_only` when it cannot be made, is a link, or is somebody else's.
    init(database: String) throws(MainspringError) {
        // SQLite puts its log beside the file that a link leads to.
        let resolved = realpath(database, nil)
        path = (resolved.map { String(cString: $0) } ?? database) + "-bells"
        free(resolved)
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.failure(path, errno) }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
        guard status.st_uid == geteuid() else { throw Self.failure(path, EACCES) }
        if status.st_mode & 0o777 != 0o700, fchmod(descriptor, 0o700) != 0 { throw Self.failure(path, errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Binds the socket under a new name, under which it is seen only when it can be reached, and returns the name.
    ///
    /// A bound name can be seen before the kernel finds its socket: others would take it for a dead process' and remove it.
    func add(_ socket: BellSocket) throws(MainspringError) -> String {
        sweep()
        let name = RandomIDSource().nonce()
        let error = socket.bind(to: address(of: name + Self.unfinished))
        guard error == 0 else { throw Self.failure(path, error) }
        guard renameat(descriptor, name + Self.unfinished, descriptor, name) == 0 else {
            let error = errno
            remove(name + Self.unfinished)
            throw Self.failure(path, error)
        }
        return name
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Nil when the folder is gone.
    func lastChange() -> FolderChange? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
        return FolderChange(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    /// Of every socket that is or was listened on; nil when the system has no descriptor or memory left.
    func names() -> [String]? { entries()?.filter(isBell) }

    /// As it is made here: what somebody else has put into the folder is left alone.
    private func isBell(_ name: String) -> Bool {
        name.utf8.count == 32 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// By the descriptor, as an address has room for 107 bytes and a path may be longer.
    func address(of name: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: "/proc/thread-self/fd/\(descriptor)/\(name)".utf8.prefix(room.count - 1))
        }
        return address
    }

    /// Removes what processes left that died in the middle of ``add(_:)``: no living one takes an hour for that.
    private func sweep() {
        let now = SystemTime.changeTime()
        for name in entries() ?? [] where name.hasSuffix(Self.unfinished) {
            var status = stat()
            guard isBell(String(name.dropLast(Self.unfinished.count))),
                fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            else { continue }
            let made = Timestamp(microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000)
            if now - made > .seconds(3600) { remove(name) }
        }
    }

    private func entries() -> [String]? {
        // A descriptor of its own, because reading moves along in it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return nil }
        guard let folder = fdopendir(copy) else {
            close(copy)
            return nil
        }
        defer { closedir(folder) }
        var entries: [String] = []
        while let entry = readdir(folder) {
            // Behind the record's fixed part, as long as the name is.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
            let text = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            entries.append(String(cString: text))
        }
        return entries
    }

    static func failure(_ path: String, _ number: Int32) -> MainspringError {
        MainspringError(
            .storeReadOnly, "the folder \(path), in which processes wake each other, cannot be used",
            cause: SystemError.words(number),
            hint: "It must be a folder of this user, on a file system that holds sockets: ls -ld '\(path)'")
    }
}
