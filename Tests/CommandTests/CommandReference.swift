import ArgumentParser

@testable import MainspringCommands

/// `docs/cli.md`, made of the commands' own help.
enum CommandReference {
    static var text: String {
        var lines = [
            "# The command line", "",
            "Made of the commands' help; after a change of it, `MAINSPRING_REGENERATE=1 swift test --filter CommandReferenceTests`",
            "writes this file again.", "",
        ]
        append(MainspringCommand.self, path: [], to: &lines)
        return lines.joined(separator: "\n")
    }

    private static func append(_ command: any ParsableCommand.Type, path: [String], to lines: inout [String]) {
        let name = path + [command.configuration.commandName ?? ""]
        let help = MainspringCommand.helpMessage(for: command, columns: 100)
        lines += ["## `\(name.joined(separator: " "))`", "", "```text", help, "```", ""]
        let children =
            command.configuration.groupedSubcommands.flatMap(\.subcommands) + command.configuration.ungroupedSubcommands
        for child in children { append(child, path: name, to: &lines) }
    }
}
