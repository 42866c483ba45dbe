import Glibc
import MainspringCommands
import MainspringRuntime

let context = CommandContext.process(time: SystemTime(), program: NodeConnection())
exit(await CommandLineTool(context: context).run(Array(CommandLine.arguments.dropFirst())).rawValue)
