import MainspringCommands
import MainspringCore
import MainspringTesting
import Synchronization

/// The command line without a process: captured streams, a clock that only the test moves.
final class TestTool: Sendable {
    private let standardOutput = Mutex<[UInt8]>([])
    private let standardError = Mutex<[UInt8]>([])
    private let interruption = AsyncStream.makeStream(of: Void.self)
    private let settings: Settings
    let time = ManualTime()

    struct Settings: Sendable {
        var environment: [String: String] = [:]
        var directory = "/nonexistent"
        var terminal = Terminal.none
        var input = ""
        var program = StubProgram()
        var answerTime: Duration = .seconds(15)
    }

    init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    /// Standard output as text.
    var output: String { standardOutput.withLock { String(decoding: $0, as: UTF8.self) } }
    /// Standard error as text.
    var messages: String { standardError.withLock { String(decoding: $0, as: UTF8.self) } }

    func run(_ arguments: String...) async -> ExitStatus {
        await CommandLineTool(context: context).run(arguments)
    }

    func interrupt() {
        interruption.continuation.yield()
    }

    var context: CommandContext {
        CommandContext(
            environment: settings.environment, directory: settings.directory,
            output: Output(terminal: settings.terminal) { bytes in self.standardOutput.withLock { $0 += bytes } },
            messages: Output(terminal: .none) { bytes in self.standardError.withLock { $0 += bytes } },
            readInput: { [input = settings.input] _ in Array(input.utf8) },
            interrupts: { [stream = interruption.stream] in stream },
            time: time, program: settings.program, answerTime: settings.answerTime)
    }
}

/// A node's code that does as the test says.
struct StubProgram: NodeProgram {
    var refusal: ConfigurationRefusal?
    var warnings: [ConfigurationRefusal.Problem] = []
    var state: String?
    var status: ExitStatus = .success
    var requests = Box<[RunRequest]>([])

    func run(_ request: RunRequest) async throws -> ExitStatus {
        if let refusal { throw refusal }
        requests.value.withLock { $0.append(request) }
        return status
    }

    func checkConfiguration(_ source: ConfigurationSource) throws -> [ConfigurationRefusal.Problem] {
        if let refusal { throw refusal }
        return warnings
    }

    func showConfiguration(_ source: ConfigurationSource, origins: Bool) throws -> ConfigurationListing {
        if let refusal { throw refusal }
        let entry = ConfigurationEntry(key: "name", value: "market", origin: "\(source.path):1")
        return ConfigurationListing(text: "name: market" + (origins ? "  # \(entry.origin)" : ""), entries: [entry])
    }

    func stateFolder(_ source: ConfigurationSource) throws -> String? { state }

    var storeFile: String?
    var damage: [String] = []
    var backups = Box<[String]>([])

    func storeFile(_ source: ConfigurationSource) throws -> String? {
        if let refusal { throw refusal }
        return storeFile
    }

    func checkStore(at path: String) async throws -> [String] { damage.map { "\(path): \($0)" } }

    func backUpStore(at path: String, to destination: String) async throws {
        backups.value.withLock { $0.append("\(path) > \(destination)") }
    }

    var moves = Box<[StoreMoveRequest]>([])
    var move = StoreMoveAnswer(
        jobs: 0, moved: 0, alreadyThere: 0, yielded: 0, reclaimed: 0, pausedQueues: 0, schedules: 0)

    func moveStore(_ request: StoreMoveRequest) async throws -> StoreMoveAnswer {
        if let refusal { throw refusal }
        moves.value.withLock { $0.append(request) }
        return move
    }

    func initialize(folder: String) throws -> [String] { ["\(folder)/mainspring.yaml"] }
}

final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }
}
