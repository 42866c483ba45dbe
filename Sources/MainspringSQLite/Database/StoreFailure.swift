import GRDB
import MainspringCore

/// SQLite's errors in our words: what happened to the file, and what to do next.
struct StoreFailure {
    let path: String

    static func damaged(_ cause: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: cause)
    }

    func error(for error: any Error) -> MainspringError {
        if let error = error as? MainspringError { return error }
        guard let error = error as? DatabaseError else {
            return MainspringError(.storeFailed, "the store at \(path) failed", cause: "\(error)")
        }
        let cause = "SQLite \(error.extendedResultCode.rawValue), \(error.message ?? "no message")"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return MainspringError(
                .storeCorrupt, "the store at \(path) is damaged, or is not a database", cause: cause,
                hint: """
                    Restore a backup; or start empty, after moving the file and its log away: \
                    mkdir '\(path).damaged'; mv '\(path)' '\(path)'-* '\(path).damaged/'
                    """)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return MainspringError(
                .storeReadOnly, "the store at \(path) cannot be written", cause: cause,
                hint: "Check that the file and its folder exist and belong to this user: ls -ld '\(path)' '\(folder)'")
        case .SQLITE_FULL, .SQLITE_IOERR:
            return MainspringError(
                .storeFull, "the store at \(path) has no room, or its disk fails", cause: cause,
                hint:
                    "Free space on its file system, then try again; nothing of this step was written: df -h '\(folder)'"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return MainspringError(
                .storeBusy, "another process holds the store at \(path)", cause: cause,
                hint: "Try again; when it stays, find the holder: fuser -v '\(path)'", retryAfter: .seconds(1))
        default:
            return MainspringError(.storeFailed, "the store at \(path) failed", cause: cause)
        }
    }

    private var folder: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}
