import ArgumentParser

struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Add, look at and control jobs.",
        subcommands: [
            JobAddCommand.self, JobListCommand.self, JobShowCommand.self, JobWaitCommand.self, JobLogsCommand.self,
            JobCancelCommand.self, JobRetryCommand.self,
        ])
}
