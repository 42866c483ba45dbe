import ArgumentParser

/// The `mainspring` command, from its arguments to its exit code.
public struct CommandLineTool: Sendable {
    private let context: CommandContext

    public init(context: CommandContext) {
        self.context = context
    }

    /// `arguments` are those after the program's name.
    public func run(_ arguments: [String]) async -> ExitStatus {
        do {
            return try await perform(MainspringCommand.parseAsRoot(arguments))
        } catch {
            return FailureReport(error: error).print(to: context)
        }
    }

    private func perform(_ command: any ParsableCommand) async throws -> ExitStatus {
        guard let command = command as? any NodeCommand else {
            var command = command
            try command.run()  // A group of commands: throws its help.
            return .success
        }
        guard command.isInterruptible else { return try await command.run(in: context) }
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            defer { group.cancelAll() }
            let interrupts = context.interrupts()
            group.addTask { [context] in try await command.run(in: context) }
            group.addTask {
                for await _ in interrupts { return .interrupted }
                return nil
            }
            while let status = try await group.next() {
                if let status { return status }
            }
            return .success
        }
    }
}
