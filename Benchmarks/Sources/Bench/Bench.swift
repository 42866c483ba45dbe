/// `Bench memory|drain|backlog|enqueue|pickup|footprint|supervisor|timeouts|loops`, and what they start themselves;
/// `scripts/bench` runs all of it.
@main
enum Bench {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("memory", 1): try await MemoryDrain.run()
        case ("drain", 1): try await SQLiteDrain.run()
        case ("backlog", 1): try await SQLiteDrain.runBacklog()
        case ("enqueue", 1): try await EnqueueBench.run()
        case ("pickup", 1): try await PickupBench.run()
        case ("footprint", 1): try await FootprintBench.run()
        case ("footprint", 2): try await FootprintBench.measure(arguments[1])
        case ("supervisor", 1): try await SupervisorBench.run()
        case ("timeouts", 1): try await Timeouts.run()
        case ("timeouts", 3): await Timeouts.run(arguments[1], batch: Int(arguments[2]) ?? 1000)
        case ("loops", 1): try await Loops.run()
        case ("fill", 3): try await JobNode.fill(path: arguments[1], count: Int(arguments[2]) ?? 0)
        case ("result", 4): Results.add(arguments[1], arguments[2], durability: arguments[3])
        default:
            print(
                "usage: Bench memory | drain | backlog | enqueue | pickup | footprint | supervisor | timeouts | loops "
                    + "| fill PATH COUNT | result WHAT VALUE DURABILITY")
        }
    }
}
