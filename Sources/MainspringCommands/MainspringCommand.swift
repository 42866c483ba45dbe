import ArgumentParser
import MainspringCore

/// The root: alone, it prints the overview.
struct MainspringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mainspring",
        abstract: "Supervises services, runs schedules and executes durable jobs from one configuration file.",
        discussion: """
            Begin with 'mainspring init', then 'mainspring run'.

            A command that talks to a node finds it by --url or --state, then by the environment (MAINSPRING_URL, \
            MAINSPRING_STATE), then by ./mainspring.yaml, then by ./.mainspring.

            Data goes to standard output, everything else to standard error.

            Exit codes: 0 ok, 1 failed, 3 not running, 10 job failed, 11 job cancelled, 12 job discarded, 64 usage or \
            refused arguments, 69 unreachable, 74 store corrupt, read-only or full, 75 refused for now, 77 denied, \
            78 configuration, 124 timed out, 130 interrupted.
            """,
        version: MainspringVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Start",
                subcommands: [InitCommand.self, RunCommand.self, ConfigCommand.self, VersionCommand.self]),
            CommandGroup(name: "Work", subcommands: [JobCommand.self, QueueCommand.self]),
            CommandGroup(
                name: "Runtime",
                subcommands: [
                    ServiceCommand.self, NodeGroupCommand.self, StoreCommand.self, TreeCommand.self, DrillCommand.self,
                ]),
        ]
    )
}
