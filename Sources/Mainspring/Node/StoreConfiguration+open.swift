import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore

extension StoreConfiguration {
    /// Throws `configuration` for a database that is a link, and as the store does.
    func open(time: any TimeSource) throws -> any JobStore {
        switch backend {
        case .memory: return MemoryJobStore(time: time)
        case .sqlite(let path):
            var status = stat()
            guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
                throw MainspringError(
                    .configuration, "the database \(path) is a link", hint: "Give 'store: sqlite:PATH' the real path.")
            }
            return try SQLiteJobStore(path: path, durability: durability == .full ? .full : .normal)
        }
    }
}
