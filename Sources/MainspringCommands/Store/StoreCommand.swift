import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Check a store's file, or copy it; with or without a running node.",
        subcommands: [StoreCheckCommand.self, StoreBackupCommand.self])
}
