import ArgumentParser

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Look at supervised services, restart them, read their logs.",
        subcommands: [ServiceListCommand.self, ServiceRestartCommand.self, ServiceLogsCommand.self])
}
