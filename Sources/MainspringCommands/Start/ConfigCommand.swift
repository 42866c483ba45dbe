import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a configuration, or show what it comes to.",
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self])
}

struct ConfigurationArgument: ParsableArguments {
    @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "mainspring.yaml"

    @OptionGroup var output: OutputOptions

    func source(in context: CommandContext) -> ConfigurationSource {
        ConfigurationSource(path: config, directory: context.directory, environment: context.environment)
    }
}
