import ArgumentParser

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Look at supervised services, start, stop and restart them, read their logs.",
        subcommands: [
            ServiceListCommand.self, ServiceStartCommand.self, ServiceStopCommand.self, ServiceRestartCommand.self,
            ServiceLogsCommand.self,
        ])
}
