import GRDB
import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore

extension StoreConfiguration {
    /// In the application's own database, if it has one for jobs. Throws `configuration` for a database that is a link, and as
    /// the store does.
    func open(in pool: DatabasePool? = nil, time: any TimeSource) throws -> any JobStore {
        if let pool { return try SQLiteJobStore(sharing: pool, time: time) }
        switch backend {
        case .memory: return MemoryJobStore(time: time)
        case .sqlite(let path):
            var status = stat()
            guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
                throw MainspringError(
                    .configuration, "the database \(path) is a link", hint: "Give 'store: sqlite:PATH' the real path.")
            }
            return try SQLiteJobStore(path: path, durability: durability == .full ? .full : .normal, time: time)
        }
    }
}
