import ArgumentParser

/// A command that does something, as opposed to a group that only shows its help.
protocol NodeCommand: ParsableCommand, Sendable {
    /// Throws what ``FailureReport`` shows.
    func run(in context: CommandContext) async throws -> ExitStatus

    /// Ctrl-C cancels it and ends in 130; the default. False: the command handles signals itself.
    var isInterruptible: Bool { get }
}

extension NodeCommand {
    var isInterruptible: Bool { true }
}
