import ArgumentParser

struct NodeGroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Stop a node, or see what its stop would cut.",
        subcommands: [NodeStopCommand.self])
}
