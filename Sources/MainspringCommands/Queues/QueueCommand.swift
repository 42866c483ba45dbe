import ArgumentParser

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at queues, pause and resume them.",
        subcommands: [QueueListCommand.self, QueuePauseCommand.self, QueueResumeCommand.self])
}
