import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Check a store's file, copy it, or move all jobs to another store.",
        subcommands: [StoreCheckCommand.self, StoreBackupCommand.self, StoreMoveCommand.self])
}
