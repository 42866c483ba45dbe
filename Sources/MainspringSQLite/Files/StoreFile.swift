import GRDB
import Glibc
import MainspringCore
import MainspringRuntime
import Synchronization

/// The file of a store, from its opening to its end.
enum StoreFile {
    static func open(_ path: String, busyTimeout: Duration) throws -> DatabasePool {
        try FileSystemKind.requireLocal(path)
        try make(path)
        var configuration = Configuration()
        configuration.label = "mainspring"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(busyTimeout.inSeconds)
        // Processes that make a file together all switch it to a log, and SQLite refuses all but one of them at once,
        // whatever their time to wait. Who waited that long and is refused still, is refused here.
        let time = SystemTime()
        let end = time.monotonic() + busyTimeout
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && time.monotonic() < end {
                usleep(5000)
            }
        }
    }

    /// SQLite would make the file readable to all; its companions take over the mode of the file. A file that is there is not
    /// opened here: closing it again would end the locks that SQLite has on it for others in this process.
    private static func make(_ path: String) throws {
        try making.withLock { _ in
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                Glibc.close(descriptor)
            } else if errno != EEXIST {
                throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: String(cString: strerror(errno)))
            }
        }
    }

    /// A new file is closed again before anybody here opens it through SQLite.
    private static let making = Mutex(())

    static func prepare(_ pool: DatabasePool, synchronous: String, pageLimit: Int?) throws {
        try migrate(pool)
        try pool.writeWithoutTransaction { database in
            // GRDB's own setup of a pool sets NORMAL, so this comes after it.
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            // In KiB, for the front of the queue and the ends of the indexes; SQLite's own 2 MiB are soon read anew.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
        }
    }

    /// Usually a look: nobody is kept from writing by a file that is up to date.
    static func migrate(_ pool: DatabasePool) throws {
        let found = try pool.read { try Schema.version(of: $0, path: pool.path) }
        if found < Schema.version { try pool.write { try Schema.migrate($0, path: pool.path) } }
        try pool.read { database in
            for table in Schema.tables {
                _ = try SQLStatement(database, "SELECT 1 FROM \(table) LIMIT 1").first { $0.int(0) }
            }
        }
    }

    /// The last process that closes a file leaves it whole, without a log beside it. Others are not waited for, and do not wait.
    static func close(_ pool: DatabasePool) throws {
        try pool.close()
        // SQLite does that work at the last close of a connection that can write; the pool's last is one of its readers.
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        guard let last = try? DatabaseQueue(path: pool.path, configuration: configuration) else { return }
        _ = try? last.read { try Schema.version(of: $0, path: pool.path) }
        try? last.close()
    }
}
