import GRDB
import Glibc
import MainspringCore

/// The copy of a database into a new file.
struct StoreBackup {
    let path: String

    func write(_ database: Database) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw refusal(errno) }
        close(descriptor)
        do {
            let copy = try DatabaseQueue(path: path)
            // The source's connection stands in a transaction, so that all of it is of one moment.
            try copy.writeWithoutTransaction { try database.backup(to: $0) }
            try copy.close()
        } catch {
            for companion in ["", "-journal", "-wal", "-shm"] { unlink(path + companion) }
            throw StoreFailure(path: path).error(for: error)
        }
    }

    private func refusal(_ number: Int32) -> MainspringError {
        let words = String(cString: strerror(number))
        guard number == EEXIST else {
            return MainspringError(
                .storeReadOnly, "no backup can be made at \(path)", cause: words,
                hint: "Check that its folder exists and can be written by this user")
        }
        return MainspringError(
            .conflict, "no backup is made over what is at \(path)", hint: "Give a path where there is nothing yet")
    }
}
