/// A child process as a supervisor's child; its outputs go to the service's log.
struct CommandSource: ChildSource {
    private let command: CommandSpec
    private let spawner: any ProcessSpawner
    private let log: ServiceLog?
    private let executor: any TaskExecutor

    init(_ command: CommandSpec, spawner: any ProcessSpawner, log: ServiceLog?, executor: any TaskExecutor) {
        self.command = command
        self.spawner = spawner
        self.log = log
        self.executor = executor
    }

    func begin(_ line: ChildLine) throws -> any ChildLife {
        let child = try spawner.spawn(command) { [log] stream, bytes in log?.append(bytes, from: stream) }
        Task(name: "mainspring.service.\(line.name)", executorPreference: executor) { [log] in
            let status = await child.waitUntilGone()
            log?.endOfProcess()
            line.report(
                .ended(ChildEnd(isSuccess: status.isSuccess, detail: status.description, wasKilled: child.wasKilled)))
        }
        return CommandLife(child)
    }
}

private final class CommandLife: ChildLife {
    private let child: any ChildProcess

    init(_ child: any ChildProcess) {
        self.child = child
    }

    var pid: Int32? { child.pid }
    func stop(_ order: StopOrder) { child.terminate(signal: order.signal, grace: order.grace) }
    func kill() { child.terminate(signal: 9, grace: .zero) }
    func standing() -> String? { ProcessStanding.of(child.pid) }
}
