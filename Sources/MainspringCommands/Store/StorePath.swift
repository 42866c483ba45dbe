import Glibc
import MainspringCore

/// The database file that a command is about.
enum StorePath {
    /// Absolute: the named one; else that of `./mainspring.yaml`; else `.mainspring/jobs.db`. Throws `not_found` when the
    /// configured store is in no file.
    static func find(_ path: String?, in context: CommandContext) throws -> String {
        if let path { return context.absolute(path) }
        guard access(context.absolute("mainspring.yaml"), F_OK) == 0 else {
            return context.absolute(".mainspring/jobs.db")
        }
        let source = ConfigurationSource(
            path: "mainspring.yaml", directory: context.directory, environment: context.environment)
        if let file = try context.program.storeFile(source) { return file }
        throw MainspringError(
            .notFound, "the store of mainspring.yaml is in no file", hint: "Name the file of a SQLite store.")
    }
}
