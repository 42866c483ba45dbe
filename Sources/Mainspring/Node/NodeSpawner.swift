import MainspringRuntime
import Synchronization

/// Gives every child the node's address, which is known only once the node listens.
final class NodeSpawner: ProcessSpawner {
    private let spawner: any ProcessSpawner
    private let url = Mutex<String?>(nil)

    init(_ spawner: any ProcessSpawner) {
        self.spawner = spawner
    }

    func setURL(_ text: String) {
        url.withLock { $0 = text }
    }

    func spawn(
        _ command: CommandSpec, onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) throws -> any ChildProcess {
        var command = command
        command.environment["MAINSPRING_URL"] = url.withLock { $0 }
        return try spawner.spawn(command, onOutput: onOutput)
    }
}
