import ArgumentParser
import Glibc
import MainspringCore

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Check a store's file, or copy it; with or without a running node.",
        subcommands: [StoreCheckCommand.self, StoreBackupCommand.self])

    /// The file that a command is about. Throws `not_found` when none is named and the configured store is in no file.
    static func file(_ path: String?, in context: CommandContext) throws -> String {
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
