import ArgumentParser

struct DrillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Prove on a live node what it promises.",
        subcommands: [DrillFailoverCommand.self])
}
