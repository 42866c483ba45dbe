import Glibc
import MainspringCore

/// The folder that holds what a node writes: mode 0700, ours, and never reached through a symbolic link.
struct StateFolder: Sendable {
    let path: String

    /// Creates the folder (not its parents' modes) or checks the one that is there. Throws `configuration`.
    init(path: String) throws(MainspringError) {
        self.path = path
        try Self.createParents(of: path)
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.error(path, "cannot be created") }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else {
            throw errno == ELOOP || errno == ENOTDIR
                ? MainspringError(
                    .configuration, "the state folder \(path) is a link or a file",
                    hint: "Give 'state:' the real path of a folder.")
                : Self.error(path, "cannot be opened")
        }
        defer { close(folder) }
        var status = stat()
        guard fstat(folder, &status) == 0 else { throw Self.error(path, "cannot be looked at") }
        guard status.st_uid == geteuid() else {
            throw MainspringError(
                .configuration, "the state folder \(path) belongs to another user",
                hint: "Run as that user, or give 'state:' a folder of your own.")
        }
        if status.st_mode & 0o077 != 0, fchmod(folder, 0o700) != 0 { throw Self.error(path, "cannot be made private") }
    }

    static let spoolName = "spool.db"

    func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func createParents(of path: String) throws(MainspringError) {
        let parents = path.split(separator: "/").dropLast()
        var parent = path.hasPrefix("/") ? "" : "."
        for component in parents {
            parent += "/\(component)"
            if mkdir(parent, 0o755) != 0, errno != EEXIST, errno != EROFS, errno != EACCES {
                throw error(parent, "cannot be created")
            }
        }
    }

    private static func error(_ path: String, _ what: String) -> MainspringError {
        let reason = String(cString: strerror(errno))
        return MainspringError(
            .configuration, "the state folder \(path) \(what)", cause: reason,
            hint: "Give 'state:' a folder that this user can write to.")
    }
}
