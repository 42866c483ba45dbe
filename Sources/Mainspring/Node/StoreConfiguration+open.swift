import GRDB
import Glibc
import MainspringCore
import MainspringRedis
import MainspringSQLite
import MainspringStore

extension StoreConfiguration {
    /// On a server, which may go away.
    var isRemote: Bool { if case .redis = backend { true } else { false } }

    /// For a program without a node: there is no spool, so that a server that goes away makes its verbs throw
    /// `store_unreachable`. Throws `configuration` for a database that is a link, and as the store does. Of a server nothing is
    /// asked yet: the first verb looks whether it may keep jobs.
    func open(time: any TimeSource) throws -> any JobStore {
        switch backend {
        case .memory: MemoryJobStore(time: time)
        case .sqlite(let path): try openFile(path, time: time)
        case .redis(let redis): redis.store(time: time, looksFirst: true)
        }
    }

    func openFile(_ path: String, time: any TimeSource) throws -> SQLiteJobStore {
        var status = stat()
        guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
            throw MainspringError(
                .configuration, "the database \(path) is a link", hint: "Give 'store: sqlite:PATH' the real path.")
        }
        return try SQLiteJobStore(path: path, durability: durability == .full ? .full : .normal, time: time)
    }
}

extension StoreConfiguration.Redis {
    /// It connects with its first step.
    func store(time: any TimeSource, looksFirst: Bool = false) -> RedisJobStore {
        RedisJobStore(endpoint, namespace: namespace, time: time, looksFirst: looksFirst)
    }
}
