import CSQLite
import Synchronization

/// The texts of the statements that this process prepares and runs through SQLite, whoever runs them, and how often each ran.
///
/// With it the raw loop runs exactly what the store ran: the texts are taken from the store at work, not copied by hand.
enum StatementTrace {
    private static let counts = Mutex<[String: Int]>([:])

    /// Watches every connection opened after this call.
    static func start() {
        _ = sqlite3_auto_extension(unsafeBitCast(install, to: (@convention(c) () -> Void).self))
    }

    static func stop() -> [String: Int] {
        sqlite3_reset_auto_extension()
        return counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }

    private typealias EntryPoint =
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?, OpaquePointer?) -> Int32

    private static let install: EntryPoint = { database, _, _ in
        sqlite3_trace_v2(
            database, UInt32(SQLITE_TRACE_STMT),
            { _, _, statement, _ in
                guard let statement, let text = sqlite3_sql(OpaquePointer(statement)) else { return 0 }
                let sql = String(cString: text)
                StatementTrace.counts.withLock { $0[sql, default: 0] += 1 }
                return 0
            }, nil)
    }
}
