import ArgumentParser

struct NodeGroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "List the nodes of a store, drain, resume and stop them.",
        subcommands: [NodeListCommand.self, NodeDrainCommand.self, NodeResumeCommand.self, NodeStopCommand.self])
}
