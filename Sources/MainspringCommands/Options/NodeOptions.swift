import ArgumentParser

/// Which node, and how to print its answer.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The node's URL; also MAINSPRING_URL.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp("The node's state folder; also MAINSPRING_STATE.", valueName: "dir"), completion: .directory)
    var state: String?

    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    mutating func validate() throws {
        if url != nil, state != nil { throw ValidationError("--url and --state both name a node; give one of them.") }
    }
}

struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to print the data.", valueName: "format"))
    var format: OutputFormat = .table
}
