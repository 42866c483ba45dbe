import ArgumentParser
import MainspringCore

struct ConfigShowCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show every effective value, with secrets redacted.",
        discussion: """
            Examples:
              mainspring config show
              mainspring config show --origin
            """)

    @OptionGroup var configuration: ConfigurationArgument

    @Flag(help: "Tell where each value came from: a line of the file, the environment, a flag or the default.")
    var origin = false

    func run(in context: CommandContext) async throws -> ExitStatus {
        let listing = try context.program.showConfiguration(configuration.source(in: context), origins: origin)
        switch configuration.output.format {
        case .table: try context.output.text(listing.text)
        case .json: try context.output.json(.array(listing.entries.map(json)), pretty: true)
        case .jsonl: for entry in listing.entries { try context.output.json(json(entry)) }
        }
        return .success
    }

    private func json(_ entry: ConfigurationEntry) -> JSONValue {
        var members: [String: JSONValue] = ["key": .string(entry.key), "value": .string(entry.value)]
        if origin { members["origin"] = .string(entry.origin) }
        return .object(members)
    }
}
